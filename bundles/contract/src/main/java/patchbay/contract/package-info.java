/**
 * What every plugin of a kind must pass: an author extends the abstract test of the kind, says which plugin it is about, and
 * inherits the whole suite.
 *
 * <pre>{@code
 * class CosineRouterTest extends RouterContract {
 *     @Override
 *     protected Router plugin() {
 *         return new CosineRouter();
 *     }
 * }
 * }</pre>
 */
package patchbay.contract;

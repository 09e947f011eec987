/** The operations behind the methods of {@link patchbay.tensor.Tensor}: types, launches, gradients. */
package patchbay.tensor.operations;

package patchbay.engine.tornado;

import java.lang.reflect.Method;
import java.util.List;

/**
 * A kernel with its arguments, {@code first} and {@code count} among them.
 *
 * @param id unique in its graph
 * @param arguments arrays and boxed numbers
 */
record Task(String id, Method kernel, List<?> arguments) {}

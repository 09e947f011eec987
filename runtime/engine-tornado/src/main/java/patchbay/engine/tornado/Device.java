package patchbay.engine.tornado;

/**
 * A device that TornadoVM found.
 *
 * @param index {@code backend:device}, as TornadoVM numbers them
 * @param name as its driver tells it
 * @param kind {@code GPU}, {@code CPU}, {@code ACCELERATOR} …
 * @param backend {@code OPENCL}, {@code PTX} …
 * @param memory bytes that it has
 * @param largest bytes that one array may have
 * @param handle what TornadoVM knows it by
 */
record Device(String index, String name, String kind, String backend, long memory, long largest, Object handle) {

    boolean isGpu() {
        return kind.equals("GPU");
    }
}

package patchbay.engine.cpu.vector;

import patchbay.engine.cpu.CpuEngine;

/** {@link TwinsTest} in a process with other vectors. */
public final class EveryTwin {

    private EveryTwin() {}

    public static void main(String[] arguments) throws Throwable {
        try (var engine = new CpuEngine(1)) {
            System.out.println(engine.description());
        }
        for (var test : new TwinsTest().everyTwinAgreesWithThePlainKernel().toList()) {
            test.getExecutable().execute();
        }
        System.out.println("all agree");
    }
}

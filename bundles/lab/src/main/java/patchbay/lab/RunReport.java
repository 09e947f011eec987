package patchbay.lab;

import patchbay.lab.record.RunFolder;

/** What is written when a run ends. */
final class RunReport {

    private RunReport() {}

    static void write(RunFolder folder) {
        folder.writeSummary();
    }
}

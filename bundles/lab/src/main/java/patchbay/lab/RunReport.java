package patchbay.lab;

import patchbay.lab.record.RunFolder;
import patchbay.lab.report.Report;

/** What is written when a run ends. */
final class RunReport {

    private RunReport() {}

    static void write(RunFolder folder) {
        Report.write(folder);
        folder.writeSummary();
    }
}

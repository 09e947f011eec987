package patchbay.lab.report;

import static patchbay.lab.report.Html.escape;

import java.nio.file.Files;
import java.util.Locale;
import patchbay.lab.record.RunFolder;

/** The part of the page that shows the run's provenance. */
record Origins(StringBuilder page, RunFolder folder) {

    void write() {
        if (!Files.exists(folder.provenance())) {
            return;
        }
        var provenance = folder.readProvenance();
        page.append("<section><h2>Provenance</h2>\n<div class=\"scroll\"><table class=\"facts\"><tbody>\n");
        row("data", provenance.data().source() + " " + provenance.data().path(), provenance.data().sha256());
        row("seed", Long.toString(provenance.seed()), "");
        row("engine", provenance.engine().name() + ": " + provenance.engine().description(), "");
        row("JVM", provenance.jvm().vendor() + " " + provenance.jvm().version(), String.join(" ", provenance.jvm().flags()));
        row("machine", provenance.machine().cpu() + ", " + provenance.machine().cores() + " cores, " + provenance.machine().os() + " " + provenance.machine().architecture(),
                String.format(Locale.ROOT, "heap of at most %,d MiB", provenance.machine().maximumHeapBytes() >> 20));
        page.append("</tbody></table></div>\n<details><summary>").append(provenance.plugins().size())
                .append(" plugins were there at the start</summary><div class=\"scroll\"><table><thead><tr><th>kind</th><th>plugin</th><th>bundle</th><th>version</th><th>SHA-256</th></tr></thead><tbody>\n");
        for (var plugin : provenance.plugins()) {
            page.append("<tr><td>").append(escape(plugin.kind())).append("</td><td>").append(escape(plugin.name())).append("</td><td>")
                    .append(escape(plugin.provider().bundle())).append("</td><td>").append(escape(plugin.provider().version())).append("</td><td><code>")
                    .append(escape(plugin.provider().sha256())).append("</code></td></tr>\n");
        }
        page.append("</tbody></table></div></details></section>\n");
    }

    private void row(String name, String value, String note) {
        page.append("<tr><th>").append(name).append("</th><td>").append(escape(value.strip()))
                .append(note.isEmpty() ? "" : "<br><small>" + escape(note) + "</small>").append("</td></tr>\n");
    }
}

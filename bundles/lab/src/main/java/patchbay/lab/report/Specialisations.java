package patchbay.lab.report;

import static patchbay.lab.report.Html.escape;

import java.util.Locale;
import patchbay.lab.record.Specialisation;

/** The part of the page that says which expert gets which domain. */
record Specialisations(StringBuilder page, Specialisation specialisation) {

    void write() {
        page.append("<section><h2>Domains and experts</h2>\n<p class=\"legend\">Part of a domain's tokens that each expert got in the evaluation after ")
                .append(String.format(Locale.ROOT, "%,d", specialisation.step()))
                .append(" steps, percent; orange is more than the expert's part of all tokens, blue less. The layer's number is the mutual ")
                .append("information of domain and expert in nats: 0 if experts are chosen regardless of the domain.</p>\n");
        specialisation.layers().forEach((path, counts) -> {
            page.append("<details><summary><code>").append(escape(path)).append("</code> ")
                    .append(String.format(Locale.ROOT, "%.3f", specialisation.information().get(path))).append("</summary><div class=\"scroll\"><table>\n");
            table(counts);
            page.append("</table></div></details>\n");
        });
        page.append("</section>\n");
    }

    private void table(double[][] counts) {
        int experts = counts.length == 0 ? 0 : counts[0].length;
        var all = new double[experts];
        double sum = 0;
        for (var domain : counts) {
            for (int expert = 0; expert < experts; expert++) {
                all[expert] += domain[expert];
                sum += domain[expert];
            }
        }
        page.append("<thead><tr><th>domain</th>");
        for (int expert = 0; expert < experts; expert++) {
            page.append("<th class=\"n\">").append(expert).append("</th>");
        }
        page.append("<th class=\"n\">tokens</th></tr></thead><tbody>\n");
        for (int domain = 0; domain < counts.length; domain++) {
            double tokens = 0;
            for (double count : counts[domain]) {
                tokens += count;
            }
            if (tokens > 0) {
                page.append("<tr><td>").append(escape(specialisation.domains().get(domain))).append("</td>");
                for (int expert = 0; expert < experts; expert++) {
                    double share = counts[domain][expert] / tokens;
                    cell(share, all[expert] > 0 ? share / (all[expert] / sum) : 1);
                }
                page.append(String.format(Locale.ROOT, "<td class=\"n\">%,.0f</td></tr>%n", tokens));
            }
        }
        page.append("</tbody>");
    }

    /** @param times the expert's part of all tokens */
    private void cell(double share, double times) {
        double strength = Math.min(1, Math.abs(Math.log(Math.max(times, 1e-3)) / Math.log(4)));
        page.append(String.format(Locale.ROOT, "<td class=\"n\" style=\"background:rgba(%s,%.2f)\">%.0f</td>",
                times > 1 ? "235,104,52" : "42,120,214", 0.8 * strength, 100 * share));
    }
}

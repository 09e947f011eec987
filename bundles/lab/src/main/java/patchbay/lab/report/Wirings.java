package patchbay.lab.report;

import static patchbay.lab.report.Html.escape;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import patchbay.lab.record.Fitted;
import patchbay.lab.record.History;
import patchbay.lab.record.SocketRange;

/** The part of the page that says what is in which socket, at the start and at the end. */
record Wirings(StringBuilder page, History history) {

    /** A socket over the whole run; at least one of both is there. */
    private record Row(String socket, Optional<Fitted> start, Optional<Fitted> end) {

        boolean changed() {
            return !content().get(0).equals(content().get(1));
        }

        /** What it holds, whatever it is called. */
        List<Optional<List<Object>>> content() {
            return List.of(start.map(Row::content), end.map(Row::content));
        }

        private static List<Object> content(Fitted fitted) {
            return List.of(fitted.kind(), fitted.plug(), fitted.provider());
        }
    }

    void write() {
        var rows = SocketRange.collapse(rows(), Row::socket, Row::content, (row, socket) -> new Row(socket, row.start(), row.end()));
        if (rows.isEmpty()) {
            return;
        }
        boolean changed = rows.stream().anyMatch(Row::changed);
        page.append("<section><h2>Wiring</h2>\n<div class=\"scroll\"><table class=\"wiring\"><thead><tr><th>socket</th><th>")
                .append(changed ? "at the start" : "plugin").append("</th>").append(changed ? "<th>at the end</th>" : "").append("</tr></thead><tbody>\n");
        for (var row : rows) {
            page.append(row.changed() ? "<tr class=\"changed\">" : "<tr>").append("<td><code>").append(escape(row.socket())).append("</code></td>")
                    .append(cell(row.start()));
            if (changed) {
                page.append(row.changed() ? cell(row.end()) : "<td class=\"same\">the same</td>");
            }
            page.append("</tr>\n");
        }
        page.append("</tbody></table></div>").append(changed ? "" : "<p class=\"note\">The same at the start and at the end.</p>").append("</section>\n");
    }

    private static String cell(Optional<Fitted> fitted) {
        return fitted.map(there -> "<td><b>" + escape(there.plug().toString()) + "</b><br><small title=\"" + escape(there.provider().sha256()) + "\">"
                + escape(there.provider().toString()) + "</small></td>").orElse("<td>–</td>");
    }

    private List<Row> rows() {
        var start = new LinkedHashMap<String, Fitted>();
        history.wiringAtStart().forEach(fitted -> start.put(fitted.socket(), fitted));
        var end = new LinkedHashMap<String, Fitted>();
        history.wiring().forEach(fitted -> end.put(fitted.socket(), fitted));
        var sockets = new java.util.LinkedHashSet<>(start.keySet());
        sockets.addAll(end.keySet());
        var rows = new ArrayList<Row>();
        sockets.forEach(socket -> rows.add(new Row(socket, Optional.ofNullable(start.get(socket)), Optional.ofNullable(end.get(socket)))));
        return rows;
    }
}

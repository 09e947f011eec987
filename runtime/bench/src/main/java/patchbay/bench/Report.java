package patchbay.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All figures of a run, as {@code --json} prints them. */
final class Report {

    private final Map<String, Object> machine = new LinkedHashMap<>();
    private final List<Map<String, Object>> lines = new ArrayList<>();
    private final List<Map<String, Object>> footprints = new ArrayList<>();

    Report(Measuring measuring) {
        machine.put("processors", Runtime.getRuntime().availableProcessors());
        machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        machine.put("jvm", System.getProperty("java.vm.version"));
        machine.put("rounds", measuring.rounds());
    }

    void add(Benchmark benchmark, Figures figures) {
        var line = new LinkedHashMap<String, Object>();
        line.put("benchmark", benchmark.name());
        line.put("line", figures.line().name());
        line.put("threads", figures.threads());
        line.put("unit", figures.line().unit().label);
        line.put("contenders", byName(figures.contenders()));
        if (figures.line().tellsTokens()) {
            line.put("tokensPerSecond", figures.line().tokens() / figures.contenders().getFirst().median() * 1e3);
        }
        line.put("ratios", byName(figures.ratios()));
        if (figures.hasPeak()) {
            line.put("peak", spread(figures.peak()));
            line.put("share", spread(figures.share()));
        }
        lines.add(line);
    }

    void add(Benchmark benchmark, Footprint footprint, Footprint.Bytes bytes) {
        var memory = new LinkedHashMap<String, Object>();
        memory.put("benchmark", benchmark.name());
        memory.put("line", footprint.name());
        memory.put("bytes", bytes.ours());
        memory.put("otherBytes", bytes.other());
        memory.put("ratio", bytes.ratio());
        footprints.add(memory);
    }

    Map<String, Object> json() {
        return Map.of("machine", machine, "lines", lines, "memory", footprints);
    }

    private static Map<String, Object> byName(List<Samples> samples) {
        var named = new LinkedHashMap<String, Object>();
        samples.forEach(each -> named.put(each.name(), spread(each)));
        return named;
    }

    private static Map<String, Object> spread(Samples samples) {
        var spread = new LinkedHashMap<String, Object>();
        spread.put("median", samples.median());
        spread.put("min", samples.min());
        spread.put("max", samples.max());
        return spread;
    }
}

package patchbay.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import patchbay.lab.record.RunLoad;

/** Watches over the load of a run's experts: says once when an expert is dead or a layer collapses, and once when it is over. */
final class Alarms {

    private final AlarmSettings settings;
    private final int k;
    private final Map<String, Layer> layers = new TreeMap<>();

    /** @param k experts a token */
    Alarms(AlarmSettings settings, int k) {
        this.settings = settings;
        this.k = k;
    }

    private static final class Layer {
        private List<Integer> dead = List.of();
        private boolean collapsed;
        /** Steps on end that say otherwise: above the limit, or of a collapsed layer not above. */
        private int otherwise;
    }

    /** What is new after a step, in words. */
    List<String> after(RunLoad load) {
        var news = new ArrayList<String>();
        for (var row : load.rows(settings.dead())) {
            var layer = layers.computeIfAbsent(row.path(), absent -> new Layer());
            watchTheDead(row, layer, news);
            watchForCollapse(row, layer, news);
        }
        return news;
    }

    private void watchTheDead(RunLoad.Row row, Layer layer, List<String> news) {
        if (row.dead().equals(layer.dead)) {
            return;
        }
        var fallen = row.dead().stream().filter(expert -> !layer.dead.contains(expert)).toList();
        var risen = layer.dead.stream().filter(expert -> !row.dead().contains(expert)).toList();
        if (!fallen.isEmpty()) {
            news.add(row.path() + ": " + experts(fallen) + " had no token for " + settings.dead() + " steps; try 'swap " + row.path()
                    + ".balancer loss-free', or a router with noise");
        }
        if (!risen.isEmpty()) {
            news.add(row.path() + ": " + experts(risen) + " came back to life");
        }
        layer.dead = row.dead();
    }

    private static String experts(List<Integer> experts) {
        var numbers = experts.stream().map(Object::toString).collect(Collectors.joining(", "));
        return (experts.size() == 1 ? "expert " : "experts ") + numbers;
    }

    private void watchForCollapse(RunLoad.Row row, Layer layer, List<String> news) {
        double limit = limit(row.batch().length);
        layer.otherwise = row.maxVio() > limit == layer.collapsed ? 0 : layer.otherwise + 1;
        if (layer.otherwise < settings.steps()) {
            return;
        }
        layer.collapsed = !layer.collapsed;
        layer.otherwise = 0;
        if (layer.collapsed) {
            news.add(String.format(Locale.ROOT, "%s: its load collapses: MaxVio %.2f, above %.2f for %d steps; try a higher coefficient of"
                    + " its balancer, or 'swap %s.balancer loss-free rate=0.01'", row.path(), row.maxVio(), limit, settings.steps(), row.path()));
        } else {
            news.add(String.format(Locale.ROOT, "%s: its load is spread again: MaxVio %.2f", row.path(), row.maxVio()));
        }
    }

    private double limit(int experts) {
        return settings.maxVio() > 0 ? settings.maxVio() : Math.max(0, ((double) experts / k - 1) / 2);
    }

    /** Dead experts and collapsed layers at this moment. */
    int ringing() {
        return layers.values().stream().mapToInt(layer -> layer.dead.size() + (layer.collapsed ? 1 : 0)).sum();
    }
}

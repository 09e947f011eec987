package patchbay.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import patchbay.data.Example;
import patchbay.model.Model;
import patchbay.model.Multimodal;
import patchbay.tensor.Graph;
import patchbay.tensor.Program;

/** What a model of encoders answered about held-out examples, and how good that is. */
final class Answers {

    private static final String LOGITS = "answers/logits";
    private static final String EMBEDDING = "answers/embedding/";
    private static final int[] RANKS = {1, 5, 10};

    /**
     * Which outputs there are.
     *
     * @param embeddings modalities that are aligned
     */
    record Layout(boolean logits, List<String> embeddings) {

        static Layout of(Graph graph, Multimodal.Forward forward) {
            forward.logits().ifPresent(logits -> graph.output(LOGITS, logits));
            forward.embeddings().forEach((modality, embedding) -> graph.output(EMBEDDING + modality, embedding));
            return new Layout(forward.logits().isPresent(), List.copyOf(forward.embeddings().keySet()));
        }
    }

    private final Layout layout;
    private final int classes;
    private final Map<String, List<float[]>> embeddings = new LinkedHashMap<>();
    private int asked;
    private int right;

    Answers(Layout layout, Model model) {
        this.layout = layout;
        this.classes = ((Multimodal) model).classes();
        layout.embeddings.forEach(modality -> embeddings.put(modality, new ArrayList<>()));
    }

    /** Takes what the program says of a batch that begins with {@code examples}. */
    void add(Program program, List<Example> examples) {
        if (layout.logits) {
            var logits = program.floats(LOGITS);
            for (int row = 0; row < examples.size(); row++) {
                int label = examples.get(row).label();
                if (label >= 0) {
                    asked++;
                    right += greatest(logits, row * classes, classes) == label ? 1 : 0;
                }
            }
        }
        embeddings.forEach((modality, rows) -> {
            var all = program.floats(EMBEDDING + modality);
            int dim = all.length / (program.type(EMBEDDING + modality).shape().dim(0));
            for (int row = 0; row < examples.size(); row++) {
                boolean there = examples.get(row).parts().containsKey(modality);
                rows.add(there ? java.util.Arrays.copyOfRange(all, row * dim, (row + 1) * dim) : new float[0]);
            }
        });
    }

    private static int greatest(float[] values, int from, int count) {
        int best = 0;
        for (int i = 1; i < count; i++) {
            best = values[from + i] > values[from + best] ? i : best;
        }
        return best;
    }

    /**
     * Accuracy, and how often the partner is among the first 1, 5 and 10 of all held-out examples with both modalities, beside what chance would give. Of those that are as near as the
     * partner, such as the same caption, half stand before it.
     */
    Map<String, Double> measures() {
        var measures = new LinkedHashMap<String, Double>();
        if (asked > 0) {
            measures.put("accuracy", (double) right / asked);
        }
        for (var from : layout.embeddings) {
            for (var to : layout.embeddings) {
                if (!from.equals(to)) {
                    recall(from, to, measures);
                }
            }
        }
        return measures;
    }

    private void recall(String from, String to, Map<String, Double> measures) {
        var questions = new ArrayList<float[]>();
        var candidates = new ArrayList<float[]>();
        for (int i = 0; i < embeddings.get(from).size(); i++) {
            if (embeddings.get(from).get(i).length > 0 && embeddings.get(to).get(i).length > 0) {
                questions.add(embeddings.get(from).get(i));
                candidates.add(embeddings.get(to).get(i));
            }
        }
        if (questions.isEmpty()) {
            return;
        }
        var found = new int[RANKS.length];
        for (int question = 0; question < questions.size(); question++) {
            float own = dot(questions.get(question), candidates.get(question));
            double better = 0;
            for (int other = 0; other < candidates.size(); other++) {
                float its = dot(questions.get(question), candidates.get(other));
                better += its > own ? 1 : its == own && other != question ? 0.5 : 0;
            }
            for (int i = 0; i < RANKS.length; i++) {
                found[i] += better < RANKS[i] ? 1 : 0;
            }
        }
        for (int i = 0; i < RANKS.length; i++) {
            measures.put("recall@" + RANKS[i] + " " + from + "→" + to, (double) found[i] / questions.size());
        }
        measures.put("chance@1 " + from + "→" + to, 1.0 / questions.size());
    }

    private static float dot(float[] a, float[] b) {
        float sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}

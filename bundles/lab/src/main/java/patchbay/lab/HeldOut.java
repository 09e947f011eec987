package patchbay.lab;

import patchbay.data.EvaluationBatches;
import patchbay.data.TokenStream;
import patchbay.model.Decoder;
import patchbay.tensor.Engine;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;
import patchbay.training.Evaluation;
import patchbay.training.Learner;

/**
 * A trained model beside a text that it was not trained on.
 *
 * @param values of the model's parameters and state
 * @param step that they are of
 */
public record HeldOut(Engine engine, Decoder decoder, Variables values, TokenStream text, long step) {

    /**
     * What the model makes of the text.
     *
     * @param loss mean in nats a token
     * @param tokens how many were predicted
     */
    public record Loss(double loss, long tokens) {}

    /** The most tokens that the model was trained to read at once. */
    public int trained() {
        return decoder.rack().settings().context();
    }

    /**
     * The loss over all of the text, in windows of {@code context} tokens that do not overlap, each read from its beginning (Press et al.
     * 2022, section 3, "nonoverlapping inference"). What is left behind the last whole window is not read.
     *
     * @throws UserError if the model has no values for so long a context, or the text is too short for it
     */
    public Loss at(int context) {
        var batches = new EvaluationBatches(text, 1, context, Integer.MAX_VALUE);
        var longer = decoder.with(decoder.rack().withContext(context));
        Learner.parameters(longer).forEach((name, shape) -> {
            if (!values.contains(name)) {
                throw new UserError(name + " was not learnt: a model can be measured with parts that learn nothing in place of its own, no others");
            }
            if (!values.type(name).shape().equals(shape)) {
                throw new UserError(name + " was learnt as " + values.type(name).shape() + " for contexts of " + trained() + ", and one of " + context + " needs "
                        + shape + ": there is nothing that could stand in for the rest");
            }
        });
        var loss = Evaluation.of(engine, longer, values.fork(), 1, batches).loss();
        return new Loss(loss, (long) batches.count() * context);
    }
}

package patchbay.contract;

import org.junit.jupiter.api.Test;
import patchbay.spi.Part;

/** What is asked of plugins of the kinds that a decoder is made of. */
public abstract class DecoderPartContract<P extends Part> extends PartContract<P> {

    /** A causal model refuses a part that cannot be causal. */
    @Test
    public void aWholeModelWithItLeaksNothingOfTheFuture() {
        for (var options : optionSets()) {
            if (plugin().canBeCausal()) {
                new WholeModel(plugin(), options).checkCausality();
            } else {
                WholeModel.checkRefusal(plugin(), options);
            }
        }
    }

    /** Where tokens see those behind them there is nothing to compare with. */
    @Test
    public void aWholeModelWithItDecodesWhatItComputesAtOnce() {
        for (var options : optionSets()) {
            if (plugin().canBeCausal()) {
                new WholeModel(plugin(), options).checkDecoding();
            }
        }
    }

    @Test
    public void aWholeModelWithItIgnoresPadding() {
        for (var options : optionSets()) {
            new WholeModel(plugin(), options).checkPadding();
        }
    }

    @Test
    public void aWholeModelWithItHasTheGradientsOfFiniteDifferences() {
        for (var options : smoothOptionSets()) {
            WholeModel.checkGradients(plugin(), options);
        }
    }
}

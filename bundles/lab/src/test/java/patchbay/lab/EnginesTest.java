package patchbay.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import patchbay.tensor.Engine;
import patchbay.tensor.Graph;
import patchbay.tensor.Program;
import patchbay.tensor.Variables;

class EnginesTest {

    private record Named(String name, boolean isAccelerated) implements Engine {
        @Override
        public String description() {
            return name;
        }

        @Override
        public Variables variables() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Program compile(Graph graph, Variables variables) {
            throw new UnsupportedOperationException();
        }
    }

    /** Automatically a device that is faster is taken, and never a processor by a detour. */
    @ParameterizedTest
    @CsvSource({"auto, true, tornado", "auto, false, cpu", "cpu, true, cpu", "tornado, false, tornado", "abacus, false, cpu"})
    void theChoiceDoesNotDependOnTheOrder(String choice, boolean gpu, String chosen) {
        var cpu = new Named("cpu", false);
        var tornado = new Named("tornado", gpu);
        assertEquals(chosen, Engines.choose(List.of(cpu, tornado), choice).serving().name());
        assertEquals(chosen, Engines.choose(List.of(tornado, cpu), choice).serving().name());
    }
}

package patchbay.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.spi.Attention;
import patchbay.spi.Expert;
import patchbay.spi.Part;
import patchbay.spi.Plugin;
import patchbay.spi.Position;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

class WiringTest {

    private static final ModelSettings SETTINGS = new ModelSettings(1, 4, 1, 4, 4, 1, 1, 0, List.of("all"), true, 0, ModelSettings.Norm.rms);

    @Plugin("rope")
    private record First() implements Position {}

    @Plugin("other")
    private record Other() implements Position {}

    @Plugin("full")
    private record Full() implements Attention {

        @Override
        public Tensor forward(Scope scope, Tensor x) {
            return x;
        }
    }

    @Plugin("swiglu")
    private record Forward() implements Expert {

        @Override
        public Tensor forward(Scope scope, Tensor rows) {
            return rows;
        }
    }

    private static Shelf shelf(Part... more) {
        var parts = Arrays.copyOf(new Part[] {new Full(), new Forward()}, 2 + more.length);
        System.arraycopy(more, 0, parts, 2, more.length);
        return Shelf.of(parts);
    }

    @Test
    void aStarIsAnyTextBetweenDots() {
        assertTrue(new SocketPattern("layers.*.moe.router").matches("layers.13.moe.router"));
        assertTrue(new SocketPattern("layers.*.*").matches("layers.1.attention"));
        assertTrue(new SocketPattern("layers.1*.attention").matches("layers.12.attention"));
        assertFalse(new SocketPattern("layers.*").matches("layers.1.attention"));
        assertFalse(new SocketPattern("layers.*.router").matches("layers.1.moe.router"));
        assertFalse(new SocketPattern("layers.1.moe.router").matches("layers.11.moe.router"));
        assertFalse(new SocketPattern("layers.1.moexrouter").matches("layers.1.moe.router"), "a dot is a dot");
    }

    @Test
    void theLastPatternThatMatchesCounts() {
        var sockets = new LinkedHashMap<String, Plug>();
        sockets.put("layers.0.attention", Plug.of("a"));
        sockets.put("layers.*.attention", Plug.of("b"));
        var wiring = new Wiring(sockets);
        assertEquals(Plug.of("b"), wiring.at("layers.0.attention").orElseThrow());
        assertEquals(Plug.of("a"), wiring.with("layers.0.attention", Plug.of("a")).at("layers.0.attention").orElseThrow());
        assertTrue(wiring.at("position").isEmpty());
    }

    @Test
    void aRackTakesWhatIsAskedForAndTheStandardElsewhere() {
        var rack = Rack.fit(SETTINGS, new Wiring(Map.of("position", Plug.of("other"))), shelf(new First(), new Other()));
        assertEquals("position other at position", rack.at("position").place());
        assertEquals("attention full at layers.0.attention", rack.at("layers.0.attention").place());
    }

    @Test
    void whatIsNotThereIsToldWithWhatIs() {
        var plugin = assertThrows(UserError.class, () -> Rack.fit(SETTINGS, new Wiring(Map.of("position", Plug.of("rop"))), shelf(new First())));
        assertTrue(plugin.getMessage().contains("did you mean 'rope'") && plugin.getMessage().contains("at position"), plugin.getMessage());
        var socket = assertThrows(UserError.class, () -> Rack.fit(SETTINGS, new Wiring(Map.of("positon", Plug.of("rope"))), shelf(new First())));
        assertTrue(socket.getMessage().contains("did you mean 'position'"), socket.getMessage());
        var option = assertThrows(UserError.class, () -> Rack.fit(SETTINGS,
                new Wiring(Map.of("position", new Plug("rope", Map.of("bas", 1)))), shelf(new First())));
        assertTrue(option.getMessage().contains("'bas'") && option.getMessage().contains("position rope at position"), option.getMessage());
    }

    @Test
    void aChangedRackKeepsTheOtherSocketsParts() {
        var rack = Rack.fit(SETTINGS, Wiring.empty(), shelf(new First()));
        var changed = rack.with("position", Plug.of("other"), shelf(new Other()));
        assertEquals("other", changed.at("position").plug().plugin());
        assertSame(rack.at("layers.0.attention"), changed.at("layers.0.attention"));
        var gone = rack.refreshed(Shelf.of(new Other()));
        assertSame(rack.at("position"), gone.at("position"), "a plugin that is gone stays fitted");
        var newer = shelf(new First());
        assertSame(newer.offer(Position.class, "rope").part(), rack.refreshed(newer).at("position").offer().part());
    }

    @Plugin("around")
    private record Around() implements Position {

        @Override
        public List<Within> within() {
            return List.of(new Within("of", "other"), new Within("beside", "other"));
        }
    }

    @Test
    void whatWrapsOthersIsPutAroundWhatWasThereAndBringsItsSockets() {
        var shelf = shelf(new First(), new Other(), new Around());
        var asked = Rack.fit(SETTINGS, new Wiring(Map.of("position", Plug.of("around"), "position.beside", Plug.of("rope"))), shelf);
        assertEquals(List.of("other", "rope"), within(asked));
        var rack = Rack.fit(SETTINGS, Wiring.empty(), shelf);
        var wrapped = rack.with("position", Plug.of("around"), shelf);
        assertEquals(List.of("rope", "other"), within(wrapped));
        assertSame(rack.at("position").offer().part(), wrapped.at("position.of").offer().part());
        assertEquals("position.query", wrapped.unwrapped("position.of.query"));
        assertEquals("position.beside.query", wrapped.unwrapped("position.beside.query"));
        var changed = wrapped.with("position.beside", Plug.of("rope"), shelf);
        assertEquals(List.of("rope", "rope"), within(changed));
        var bare = changed.with("position", Plug.of("other"), shelf);
        assertEquals(rack.fittings().keySet(), bare.fittings().keySet());
        var gone = assertThrows(UserError.class, () -> bare.with("position.of", Plug.of("rope"), shelf));
        assertTrue(gone.getMessage().contains("position.of"), gone.getMessage());
    }

    private static List<String> within(Rack rack) {
        return List.of(rack.at("position.of").plug().plugin(), rack.at("position.beside").plug().plugin());
    }
}

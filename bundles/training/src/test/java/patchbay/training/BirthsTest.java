package patchbay.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class BirthsTest {

    @Test
    void whatIsNotKnownIsBornNow() {
        var births = Births.at(50, Map.of("old", 0L, "later", 20L));
        assertEquals(0, births.of("old"));
        assertEquals(20, births.of("later"));
        assertEquals(50, births.of("new"));
        assertEquals(Map.of("old", 0L, "later", 20L, "new", 50L), births.steps());
    }
}

package patchbay.encoder.text.bert;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import patchbay.contract.EncoderContract;
import patchbay.spi.Encoder;

class BertTest extends EncoderContract {

    @Override
    protected Encoder plugin() {
        return new Bert();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of("length", 6, "layers", 1), Map.of("length", 5, "layers", 1, "pooling", "first", "heads", 2));
    }

    @Override
    protected List<byte[]> examples() {
        return List.of(text("a b"), text("Hello, world!"), text("é"));
    }

    @Override
    protected List<byte[]> broken() {
        return List.of(new byte[] {(byte) 0xff}, new byte[] {'a', (byte) 0xc3});
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

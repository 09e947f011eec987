package patchbay.data.sets;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes archives of every sort, sound or not. */
final class Tar {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Tar file(String name, String text) {
        return entry(name, '0', text.getBytes(StandardCharsets.UTF_8));
    }

    Tar file(String name, byte[] contents) {
        return entry(name, '0', contents);
    }

    Tar entry(String name, char type, byte[] contents) {
        head(name, type, contents.length);
        bytes.writeBytes(contents);
        bytes.writeBytes(new byte[(512 - contents.length % 512) % 512]);
        return this;
    }

    Tar head(String name, char type, long size) {
        var head = ByteBuffer.allocate(512);
        head.put(name.getBytes(StandardCharsets.UTF_8));
        head.put(100, "0000644\0".getBytes()).put(124, "%011o\0".formatted(size).getBytes()).put(156, (byte) type).put(257, "ustar\00000".getBytes());
        head.put(148, "        ".getBytes());
        int sum = 0;
        for (byte b : head.array()) {
            sum += b & 0xff;
        }
        head.put(148, "%06o\0 ".formatted(sum).getBytes());
        bytes.writeBytes(head.array());
        return this;
    }

    byte[] end() {
        bytes.writeBytes(new byte[1024]);
        return bytes.toByteArray();
    }
}

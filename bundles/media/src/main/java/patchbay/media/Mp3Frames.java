package patchbay.media;

final class Mp3Frames {

    private Mp3Frames() {
    }

    static boolean isHeader(int head) {
        return (head & 0xffe00000) == 0xffe00000;
    }
}

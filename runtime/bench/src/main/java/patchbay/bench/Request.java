package patchbay.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import patchbay.tensor.UserError;

/**
 * What the user asked for: {@code [name …|all] [--json] [--threads 1,2] [--profile]}.
 *
 * @param profile in place of figures, where the time of training steps goes
 */
record Request(List<String> names, boolean json, List<Integer> threads, boolean profile) {

    private static final String ALL = "all";

    /** @throws UserError that names what is wrong */
    static Request parse(List<String> arguments, List<String> known) {
        var names = new ArrayList<String>();
        boolean json = false;
        boolean profile = false;
        var threads = Stream.of(1, Runtime.getRuntime().availableProcessors() > 1 ? 2 : 1).distinct().toList();
        for (int i = 0; i < arguments.size(); i++) {
            var argument = arguments.get(i);
            switch (argument) {
                case "--json" -> json = true;
                case "--profile" -> profile = true;
                case "--threads" -> threads = threads(++i < arguments.size() ? arguments.get(i) : "");
                case ALL -> names.addAll(known);
                default -> {
                    if (argument.startsWith("-")) {
                        throw UserError.unknown("option", argument, List.of("--json", "--threads", "--profile"));
                    }
                    if (!known.contains(argument)) {
                        throw UserError.unknown("benchmark", argument, Stream.concat(known.stream(), Stream.of(ALL)).toList());
                    }
                    names.add(argument);
                }
            }
        }
        if (profile && (json || !names.equals(List.of("train")))) {
            throw new UserError("--profile goes with train alone: patchbay bench train --profile");
        }
        return new Request(names.isEmpty() ? known : names.stream().distinct().toList(), json, threads, profile);
    }

    private static List<Integer> threads(String text) {
        try {
            var numbers = Stream.of(text.split(",")).map(Integer::parseInt).distinct().toList();
            if (numbers.stream().allMatch(number -> number >= 1 && number <= Runtime.getRuntime().availableProcessors())) {
                return numbers;
            }
        } catch (NumberFormatException notANumber) {
            // told below, with what would do
        }
        throw new UserError("--threads '" + text + "': numbers from 1 to " + Runtime.getRuntime().availableProcessors()
                + " (this machine's processors) divided by commas, such as 1,2");
    }
}

package patchbay.console;

import java.util.Optional;
import java.util.regex.Pattern;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

/** Why a part of the platform did not start: a setting that it cannot use, mostly. */
final class Faults {

    /** The line of a trace that names a user's mistake. */
    private static final Pattern MISTAKE = Pattern.compile("^(?:Caused by: )?patchbay\\.tensor\\.UserError: (.*)$", Pattern.MULTILINE);

    private Faults() {}

    /** The first user's mistake that kept a component from starting. */
    static Optional<String> mistake(ServiceComponentRuntime runtime) {
        return runtime.getComponentDescriptionDTOs().stream()
                .flatMap(description -> runtime.getComponentConfigurationDTOs(description).stream())
                .filter(component -> component.state == ComponentConfigurationDTO.FAILED_ACTIVATION && component.failure != null)
                .map(component -> MISTAKE.matcher(component.failure))
                .filter(java.util.regex.Matcher::find)
                .map(found -> found.group(1))
                .findFirst();
    }
}

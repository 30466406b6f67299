package crypttest

import "slices"

// Names are those of all checks of formats and of providers.
func Names() (format, provider []string) {
	of := func(checks []check) (names []string) {
		for _, c := range checks {
			names = append(names, c.name)
		}
		return slices.Clip(names)
	}
	return of(formatChecks(nil, Config{})), of(providerChecks(nil, ProviderConfig{}))
}

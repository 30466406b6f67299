//go:build hsm

package hsm

import (
	"errors"
	"fmt"
	"sync"
	"unsafe"

	"github.com/miekg/pkcs11"
)

// ModuleConfig says which PKCS #11 library to load.
type ModuleConfig struct {
	// Library is the path of the shared library, which the module's vendor provides. Required: it is
	// code that runs in this process.
	Library string

	// Parameters are handed to the library as it is initialised, in a form of its own. NSS softoken asks
	// for some, such as "configdir='sql:/path' flags=readOnly". "": none, as the standard has it.
	Parameters string
}

// Module is a PKCS #11 library in use. It is safe for concurrent use.
type Module struct {
	cryptoki *pkcs11.Ctx
	owner    bool // initialised it, and so ends it

	mu     sync.Mutex
	tokens map[*Token]struct{} // open; nil: closed
}

// Load loads a library and initialises it. That is once for the whole process: a library which another
// part of it has initialised is used as it is, without the parameters, and ended by that part. So have
// one Module for each library, and close it last.
func Load(c ModuleConfig) (*Module, error) {
	if c.Library == "" {
		return nil, errors.New("hsm: load: no Library: give the path of the vendor's PKCS #11 library")
	}
	m := &Module{cryptoki: pkcs11.New(c.Library), tokens: map[*Token]struct{}{}}
	if m.cryptoki == nil {
		return nil, fmt.Errorf("hsm: load %q: it is no PKCS #11 library, or lacks one that it needs", c.Library)
	}
	var options []pkcs11.InitializeOption
	parameters := append([]byte(c.Parameters), 0)
	if c.Parameters != "" {
		options = append(options, pkcs11.InitializeWithReserved(unsafe.Pointer(&parameters[0])))
	}
	err := m.cryptoki.Initialize(options...)
	m.owner = err == nil
	if err != nil && !errors.Is(err, pkcs11.Error(pkcs11.CKR_CRYPTOKI_ALREADY_INITIALIZED)) {
		m.cryptoki.Destroy()
		return nil, fmt.Errorf("hsm: load %q: initialise: %w", c.Library, err)
	}
	return m, nil
}

// Close closes the module's tokens, which waits for the calls they are in, and unloads the library. It may
// be called again.
func (m *Module) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tokens == nil {
		return nil
	}
	var errs []error
	for t := range m.tokens {
		errs = append(errs, t.close())
	}
	m.tokens = nil
	if m.owner {
		if err := m.cryptoki.Finalize(); err != nil {
			errs = append(errs, fmt.Errorf("hsm: close: %w", err))
		}
	}
	m.cryptoki.Destroy()
	return errors.Join(errs...)
}

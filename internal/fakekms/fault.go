package fakekms

import (
	"net/http"
	"strconv"
)

// Kind is how a call fails.
type Kind int

const (
	Throttle     Kind = iota + 1 // ThrottlingException
	Timeout                      // no answer, and nothing done, until the client's context ends or the server is closed
	AccessDenied                 // AccessDeniedException that names the permission and the key
	LostAnswer                   // the operation is carried out and the connection closed without an answer
	Internal                     // KMSInternalException, HTTP 500
	Unavailable                  // ServiceUnavailableException, HTTP 503
)

// String is the constant's name.
func (k Kind) String() string {
	names := [...]string{Throttle: "Throttle", Timeout: "Timeout", AccessDenied: "AccessDenied", LostAnswer: "LostAnswer", Internal: "Internal", Unavailable: "Unavailable"}
	if k < Throttle || int(k) >= len(names) {
		return "Kind(" + strconv.Itoa(int(k)) + ")"
	}
	return names[k]
}

// Fault is a failure of calls to come.
type Fault struct {
	Operation string // such as Decrypt; "" is all
	Key       string // the ARN of a key, or a KeyId as it is asked for; "" is all
	Kind      Kind   // required
	Skip      int    // how many calls that match are served before
	Times     int    // how many calls that match fail; 0 is one, less than 0 all
}

// Inject lets calls that match f fail. Faults that match the same call are taken in the order they were
// injected, one a call. It panics if f has no kind.
func (s *Server) Inject(f Fault) {
	if f.Kind < Throttle || f.Kind > Unavailable {
		panic("fakekms: Inject: a fault needs a Kind")
	}
	if f.Times == 0 {
		f.Times = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// ClearFaults takes back what was injected and has not happened.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// fault is what happens to a call, nil if nothing does.
func (s *Server) fault(c *Call) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		switch {
		case f.Times == 0 || f.Operation != "" && f.Operation != c.Operation || f.Key != "" && !c.names(f.Key):
		case f.Skip > 0:
			f.Skip--
		default:
			if f.Times > 0 {
				f.Times--
			}
			return f
		}
	}
	return nil
}

// err is what a client meets. It reads nothing of f that [Server.fault] changes.
func (f *Fault) err(q *request, c *Call) error {
	switch f.Kind {
	case Throttle:
		return &exception{name: "ThrottlingException", message: "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls."}
	case AccessDenied:
		permission := q.operation
		if permission == "ReEncrypt" {
			permission = "ReEncryptFrom"
		}
		return accessDenied(q.account, permission, c.KeyID)
	case Internal:
		return &exception{status: http.StatusInternalServerError, name: "KMSInternalException", message: "injected"}
	case Unavailable:
		return &exception{status: http.StatusServiceUnavailable, name: "ServiceUnavailableException", message: "injected"}
	}
	return cutError{f.Kind}
}

// hold keeps a request that is to time out.
func (s *Server) hold(r *http.Request, cut cutError) {
	if cut.kind != Timeout {
		return
	}
	select {
	case <-r.Context().Done():
	case <-s.closed:
	}
}

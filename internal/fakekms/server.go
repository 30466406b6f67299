package fakekms

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
)

// Account is the account of clients whose credentials name none.
const Account = "111122223333"

// Server is a KMS that listens on loopback. It is safe for concurrent use.
type Server struct {
	http   *httptest.Server
	closed chan struct{}

	mu      sync.Mutex
	keys    map[string]*key // by ARN
	aliases map[string]*key // by ARN
	denied  map[denial]bool // what [Server.Deny] forbade
	faults  []*Fault        // in the order of [Server.Inject]
	calls   []*Call         // in the order of arrival
}

// Start returns a server without keys that listens until it is closed. It panics if this machine has
// no loopback port to give, as httptest does.
func Start() *Server {
	s := &Server{
		closed:  make(chan struct{}),
		keys:    make(map[string]*key),
		aliases: make(map[string]*key),
		denied:  make(map[denial]bool),
	}
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	return s
}

// Close stops the server, after the requests under way; those that [Timeout] holds are cut. It may be
// called once.
func (s *Server) Close() {
	close(s.closed)
	s.http.Close()
}

// URL is the server's endpoint, http://127.0.0.1:PORT. With "/" and a region appended it is the
// endpoint of that region, whatever a request is signed for.
func (s *Server) URL() string { return s.http.URL }

const (
	target     = "TrentService." // names an operation of KMS's in the header X-Amz-Target
	maxRequest = 1 << 20         // bytes of a request's JSON; ten grant tokens and a context take less
)

// request is an operation that was called.
type request struct {
	server    *Server
	operation string
	body      []byte
	region    string
	account   string
}

// answer is the members of an operation's response.
type answer map[string]any

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && r.URL.Path == "/calls" {
		respond(w, http.StatusOK, s.Calls())
		return
	}
	body, err := s.handle(w, r)
	if cut, ok := errors.AsType[cutError](err); ok {
		s.hold(r, cut)
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}
	if err != nil {
		e := asException(err)
		respond(w, e.status, map[string]string{"__type": e.name, "message": e.message})
		return
	}
	respond(w, http.StatusOK, body)
}

func respond(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		panic("fakekms: internal error: an answer that is no JSON")
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-Requestid", rand.Text())
	w.WriteHeader(status)
	_, _ = w.Write(text) // a client that left needs no answer
}

// handle carries out one request, with the faults that were injected for it, and logs it.
func (s *Server) handle(w http.ResponseWriter, r *http.Request) (answer, error) {
	operation, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), target)
	if !ok || r.Method != http.MethodPost {
		return nil, unknownOperation(operation)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		return nil, serialization("the request cannot be read")
	}
	region, account, err := caller(r)
	if err != nil {
		return nil, err
	}
	q := &request{s, operation, body, region, account}
	call := q.log()
	result, err := q.run(call)
	s.finish(call, err)
	return result, err
}

// run is the operation, or the fault in its place, or both where the answer is to be lost.
func (q *request) run(call *Call) (answer, error) {
	carryOut, ok := operations[q.operation]
	if !ok {
		return nil, unknownOperation(q.operation)
	}
	fault := q.server.fault(call)
	if fault != nil && fault.Kind != LostAnswer {
		return nil, fault.err(q, call)
	}
	result, err := carryOut(q)
	if fault != nil {
		return nil, fault.err(q, call)
	}
	return result, err
}

// read puts the request's parameters in their places. One that has no place is not implemented.
func (q *request) read(into any) error {
	d := json.NewDecoder(strings.NewReader(string(q.body)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		if json.Unmarshal(q.body, into) == nil {
			return &exception{name: "NotImplementedException", message: "fakekms: " + q.operation + ": " + err.Error()}
		}
		return serialization("the request is not JSON of the operation's shape")
	}
	return nil
}

var (
	scope      = regexp.MustCompile(`Credential=([^/, ]+)/[0-9]{8}/([a-z0-9-]+)/kms/aws4_request`)
	accountID  = regexp.MustCompile(`^[0-9]{12}$`)
	regionPath = regexp.MustCompile(`^/([a-z]{2,}(-[a-z]+)+-[0-9]+)/?$`)
)

// caller is where a request was sent to, and on whose behalf.
func caller(r *http.Request) (region, account string, err error) {
	account = Account
	if m := scope.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		region = m[2]
		if accountID.MatchString(m[1]) {
			account = m[1]
		}
	}
	if m := regionPath.FindStringSubmatch(r.URL.Path); m != nil {
		region = m[1]
	} else if r.URL.Path != "/" && r.URL.Path != "" {
		return "", "", unknownOperation("path " + r.URL.Path)
	}
	if region == "" {
		return "", "", &exception{name: "MissingAuthenticationTokenException", message: "the request is not signed, and its path names no region"}
	}
	return region, account, nil
}

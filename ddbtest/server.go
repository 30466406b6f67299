package ddbtest

import (
	"crypto/rand"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"

	"github.com/dynaseal/ddb/internal/ddbjson"
)

// Server is a DynamoDB that listens on loopback. It is safe for concurrent use, and its writes of one
// item are atomic.
type Server struct {
	http *httptest.Server

	mu     sync.RWMutex
	tables map[string]*table

	transactions transactions
}

// Start returns a server without tables that listens until it is closed. It panics if this machine has
// no loopback port to give, as httptest does.
func Start() *Server {
	s := &Server{tables: make(map[string]*table)}
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	return s
}

// Close stops the server, after the requests under way, and drops its tables.
func (s *Server) Close() { s.http.Close() }

// URL is the server's endpoint, http://127.0.0.1:PORT, for clients that [Server.Client] does not make.
func (s *Server) URL() string { return s.http.URL }

// target is what names an operation of DynamoDB's in the header X-Amz-Target.
const target = "DynamoDB_20120810."

// serve speaks the service's protocol: AWS JSON 1.0, every answer with its checksum.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	status := http.StatusOK
	answer, err := s.handle(w, r)
	if err != nil {
		status, answer = asFault(err).answer()
	}
	h := w.Header()
	h.Set("Content-Type", "application/x-amz-json-1.0")
	h.Set("X-Amzn-Requestid", rand.Text())
	h.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(answer)), 10))
	w.WriteHeader(status)
	_, _ = w.Write(answer) // a client that left needs no answer
}

func (s *Server) handle(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	operation, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), target)
	if !ok || r.Method != http.MethodPost {
		return nil, unknownOperation
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, ddbjson.MaxSize))
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		return nil, tooLarge
	}
	if err != nil {
		return nil, badRequest
	}
	switch q := (request{operation, body}); operation {
	case "CreateTable":
		return respond(s.createTable(q))
	case "DescribeTable":
		return respond(s.describeTable(q))
	case "DeleteTable":
		return respond(s.deleteTable(q))
	case "ListTables":
		return respond(s.listTables(q))
	case "PutItem":
		return respond(s.putItem(q))
	case "UpdateItem":
		return respond(s.updateItem(q))
	case "GetItem":
		return respond(s.getItem(q))
	case "DeleteItem":
		return respond(s.deleteItem(q))
	case "Query":
		return respond(s.query(q))
	case "TransactWriteItems":
		return respond(s.transactWriteItems(q))
	}
	return nil, notImplemented(operation, "the operation")
}

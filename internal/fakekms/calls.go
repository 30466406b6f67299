package fakekms

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
)

// Call is a request that arrived.
type Call struct {
	Operation      string
	KeyID          string // the ARN of the key, "" if none was found; of ReEncrypt the source's
	RequestedKeyID string // KeyId as it was sent, "" if it was not; of ReEncrypt SourceKeyId
	Region         string
	Account        string
	Context        map[string]string // the encryption context; of ReEncrypt the source's
	GrantTokens    []string

	DestinationKeyID     string            // of ReEncrypt: the ARN
	RequestedDestination string            // of ReEncrypt: DestinationKeyId as it was sent
	DestinationContext   map[string]string // of ReEncrypt

	Err string // the exception's name, "Timeout" or "LostAnswer", "" if the answer is a result
}

// names reports whether id is a key of the call, by ARN or as it was asked for.
func (c *Call) names(id string) bool {
	return id == c.KeyID || id == c.RequestedKeyID || id == c.DestinationKeyID || id == c.RequestedDestination
}

// Calls returns what arrived since the server was started or ResetCalls, in the order of arrival. A
// call under way has no Err yet.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Call, len(s.calls))
	for i, c := range s.calls {
		all[i] = *c
		all[i].Context = maps.Clone(c.Context)
		all[i].DestinationContext = maps.Clone(c.DestinationContext)
		all[i].GrantTokens = slices.Clone(c.GrantTokens)
	}
	return all
}

// ResetCalls empties the log.
func (s *Server) ResetCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = nil
}

// log notes a request before it is carried out, as far as it can be read.
func (q *request) log() *Call {
	var p struct {
		KeyId, SourceKeyId, DestinationKeyId string
		CiphertextBlob                       []byte
		GrantTokens                          []string
		EncryptionContext                    map[string]string
		SourceEncryptionContext              map[string]string
		DestinationEncryptionContext         map[string]string
	}
	_ = json.Unmarshal(q.body, &p) // what cannot be read is refused by the operation
	c := &Call{
		Operation: q.operation, RequestedKeyID: p.KeyId, Region: q.region, Account: q.account,
		Context: p.EncryptionContext, GrantTokens: p.GrantTokens,
	}
	s := q.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if q.operation == "ReEncrypt" {
		c.RequestedKeyID, c.Context = p.SourceKeyId, p.SourceEncryptionContext
		c.RequestedDestination, c.DestinationContext = p.DestinationKeyId, p.DestinationEncryptionContext
		if k, err := q.find(p.DestinationKeyId); err == nil {
			c.DestinationKeyID = k.arn.String()
		}
	}
	if k, err := q.findFor(c.RequestedKeyID, p.CiphertextBlob); err == nil {
		c.KeyID = k.arn.String()
	}
	s.calls = append(s.calls, c)
	return c
}

// finish notes how a call ended.
func (s *Server) finish(c *Call, err error) {
	if err == nil {
		return
	}
	end := err.Error()
	if e, ok := errors.AsType[*exception](err); ok {
		end = e.name
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Err = end
}

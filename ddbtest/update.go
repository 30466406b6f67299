package ddbtest

import (
	"errors"
	"slices"

	"github.com/dynaseal/ddb/internal/expr"
)

// updateItem sets and removes whole attributes, and makes the item if there is none: without an
// expression too.
func (s *Server) updateItem(q request) (any, error) {
	var given attributes
	w, err := q.readWrite("Key", &given)
	if err != nil {
		return nil, err
	}
	t, err := s.table(w.table)
	if err != nil {
		return nil, err
	}
	stored, next, err := w.updating(t, given)
	if err != nil {
		return nil, err
	}
	return w.applyTo(t, stored, next)
}

// updating is what the update makes of the item under a key.
func (w *write) updating(t *table, given attributes) (key string, next func(old attributes) (attributes, error), err error) {
	if key, err = t.key(given); err != nil {
		return "", nil, err
	}
	if w.update == nil {
		w.update = &expr.Update{}
	}
	for _, a := range t.keys {
		if slices.Contains(w.update.Names(), a.name) {
			return "", nil, invalidParameter("Cannot update attribute %s. This attribute is part of the key", a.name)
		}
	}
	return key, func(old attributes) (attributes, error) {
		if old == nil {
			old = given
		}
		updated, _, err := t.storable(w.update.Apply(old))
		return updated, err
	}, nil
}

// parseUpdate reads an update and the condition that shares its placeholders.
func (q request) parseUpdate(update string, condition *string, names map[string]string, values attributes) (*expr.Update, *expr.Condition, error) {
	if err := canonicalValues(values); err != nil {
		return nil, nil, err
	}
	u, c, err := expr.ParseUpdate(update, condition, names, values)
	switch {
	case errors.Is(err, expr.ErrUnsupported):
		return nil, nil, notImplemented(q.operation, "an "+err.Error())
	case err != nil:
		return nil, nil, invalid("%v", err)
	}
	return u, c, nil
}

//go:build hsm

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/dynaseal/ddb/hsm"
	"github.com/miekg/pkcs11"
)

const (
	wrapLabel = "cards wrap"
	macLabel  = "cards mac"
)

// makeKeys makes the keys in the token, unless they are there. They are sensitive and not extractable:
// the token gives them to nobody. A service has its administrator do this, with the vendor's tool.
func makeKeys(m hsm.ModuleConfig, t hsm.TokenConfig) (err error) {
	module, err := hsm.Load(m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, module.Close()) }()
	token, err := module.Open(context.Background(), t) // which logs the process in
	if err != nil {
		return err
	}
	_, err = token.AESWrapper(context.Background(), hsm.Key{Label: wrapLabel})
	if err == nil || !errors.Is(err, hsm.ErrNoKey) {
		return err
	}

	cryptoki := pkcs11.New(m.Library)
	defer cryptoki.Destroy()
	slot, err := slotOf(cryptoki, t.Label)
	if err != nil {
		return err
	}
	session, err := cryptoki.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
	if err != nil {
		return err
	}
	defer cryptoki.CloseSession(session)
	for label, key := range map[string]struct {
		mechanism uint
		uses      []uint
	}{
		wrapLabel: {pkcs11.CKM_AES_KEY_GEN, []uint{pkcs11.CKA_WRAP, pkcs11.CKA_UNWRAP}},
		macLabel:  {pkcs11.CKM_GENERIC_SECRET_KEY_GEN, []uint{pkcs11.CKA_SIGN, pkcs11.CKA_VERIFY}},
	} {
		template := []*pkcs11.Attribute{
			pkcs11.NewAttribute(pkcs11.CKA_LABEL, label), pkcs11.NewAttribute(pkcs11.CKA_VALUE_LEN, 32), pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true),
			pkcs11.NewAttribute(pkcs11.CKA_PRIVATE, true), pkcs11.NewAttribute(pkcs11.CKA_SENSITIVE, true), pkcs11.NewAttribute(pkcs11.CKA_EXTRACTABLE, false),
		}
		for _, use := range key.uses {
			template = append(template, pkcs11.NewAttribute(use, true))
		}
		if _, err := cryptoki.GenerateKey(session, []*pkcs11.Mechanism{pkcs11.NewMechanism(key.mechanism, nil)}, template); err != nil {
			return fmt.Errorf("make %q: %w", label, err)
		}
	}
	return nil
}

func slotOf(cryptoki *pkcs11.Ctx, label string) (uint, error) {
	slots, err := cryptoki.GetSlotList(true)
	if err != nil {
		return 0, err
	}
	for _, slot := range slots {
		if info, err := cryptoki.GetTokenInfo(slot); err == nil && info.Label == label {
			return slot, nil
		}
	}
	return 0, fmt.Errorf("no token is called %q", label)
}

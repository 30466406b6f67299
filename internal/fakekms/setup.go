package fakekms

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

func (q *request) createKey() (answer, error) {
	var p struct {
		KeySpec, CustomerMasterKeySpec types.KeySpec
		KeyUsage                       types.KeyUsageType
		Origin                         types.OriginType
		MultiRegion                    bool
		Description                    string // kept nowhere, nor are tags
		Tags                           []struct{ TagKey, TagValue string }
	}
	if err := q.read(&p); err != nil {
		return nil, err
	}
	if p.KeySpec == "" {
		p.KeySpec = p.CustomerMasterKeySpec
	}
	if p.Origin != "" && p.Origin != types.OriginTypeAwsKms {
		return nil, unsupported("key origin " + string(p.Origin))
	}
	made := Key{Region: q.region, Account: q.account, Spec: p.KeySpec, MultiRegion: p.MultiRegion}
	usage := types.KeyUsageTypeEncryptDecrypt
	if curves[p.KeySpec] != nil {
		usage = types.KeyUsageTypeKeyAgreement
	}
	if p.KeyUsage == "" && usage == types.KeyUsageTypeEncryptDecrypt && p.KeySpec != "" && p.KeySpec != types.KeySpecSymmetricDefault {
		return nil, invalid("You must specify a KeyUsage value for an asymmetric CMK.")
	}
	if p.KeyUsage != "" && p.KeyUsage != usage {
		return nil, unsupported("key usage " + string(p.KeyUsage) + " of key spec " + string(p.KeySpec))
	}
	arn, err := q.server.addKey(made)
	if err != nil {
		return nil, err
	}
	q.server.mu.Lock()
	defer q.server.mu.Unlock()
	return answer{"KeyMetadata": q.server.metadata(q.server.keys[arn.String()])}, nil
}

func (q *request) describeKey() (answer, error) {
	var p struct {
		KeyId       string
		GrantTokens []string
	}
	if err := q.read(&p); err != nil {
		return nil, err
	}
	if err := limits(nil, p.GrantTokens); err != nil {
		return nil, err
	}
	q.server.mu.Lock()
	defer q.server.mu.Unlock()
	k, err := q.find(p.KeyId)
	if err == nil {
		err = q.permit(k, "DescribeKey")
	}
	if err != nil {
		return nil, err
	}
	return answer{"KeyMetadata": q.server.metadata(k)}, nil
}

// metadata needs the lock.
func (s *Server) metadata(k *key) answer {
	a := answer{
		"AWSAccountId": k.arn.Account, "KeyId": k.arn.ID, "Arn": k.arn.String(),
		"CreationDate": float64(k.created.UnixMilli()) / 1000, "Description": "",
		"Enabled": k.state == types.KeyStateEnabled, "KeyState": k.state,
		"KeySpec": k.spec, "CustomerMasterKeySpec": k.spec, "KeyUsage": k.secret.usage(),
		"KeyManager": types.KeyManagerTypeCustomer, "Origin": types.OriginTypeAwsKms, "MultiRegion": k.arn.MultiRegion(),
	}
	if algorithms := k.encryptionAlgorithms(); algorithms != nil {
		a["EncryptionAlgorithms"] = algorithms
	}
	if algorithms := k.agreementAlgorithms(); algorithms != nil {
		a["KeyAgreementAlgorithms"] = algorithms
	}
	if k.arn.MultiRegion() {
		a["MultiRegionConfiguration"] = s.replicas(k)
	}
	return a
}

// replicas needs the lock.
func (s *Server) replicas(k *key) answer {
	kind := types.MultiRegionKeyTypeReplica
	if k.arn == k.primary {
		kind = types.MultiRegionKeyTypePrimary
	}
	others := []answer{}
	for _, other := range s.keys {
		if other.arn.Same(k.primary) && other.arn != k.primary {
			others = append(others, answer{"Arn": other.arn.String(), "Region": other.arn.Region})
		}
	}
	slices.SortFunc(others, func(a, b answer) int { return strings.Compare(a["Region"].(string), b["Region"].(string)) })
	return answer{
		"MultiRegionKeyType": kind,
		"PrimaryKey":         answer{"Arn": k.primary.String(), "Region": k.primary.Region},
		"ReplicaKeys":        others,
	}
}

func (q *request) replicateKey() (answer, error) {
	var p struct {
		KeyId, ReplicaRegion, Description string
		Tags                              []struct{ TagKey, TagValue string }
	}
	if err := q.read(&p); err != nil {
		return nil, err
	}
	k, err := q.own("ReplicateKey", p.KeyId)
	if err != nil {
		return nil, err
	}
	q.server.mu.Lock()
	defer q.server.mu.Unlock()
	replica, err := q.server.replicate(k, p.ReplicaRegion)
	if err != nil {
		return nil, err
	}
	return answer{"ReplicaKeyMetadata": q.server.metadata(replica)}, nil
}

// own is a key of the caller's account, which alone may manage it.
func (q *request) own(permission, id string) (*key, error) {
	q.server.mu.Lock()
	defer q.server.mu.Unlock()
	k, err := q.find(id)
	if err != nil {
		return nil, err
	}
	if k.arn.Account != q.account {
		return nil, accessDenied(q.account, permission, k.arn.String())
	}
	return k, q.permit(k, permission)
}

func (q *request) enableKey() (answer, error)  { return q.changeState(types.KeyStateEnabled) }
func (q *request) disableKey() (answer, error) { return q.changeState(types.KeyStateDisabled) }

func (q *request) changeState(state types.KeyState) (answer, error) {
	var p struct{ KeyId string }
	if err := q.read(&p); err != nil {
		return nil, err
	}
	k, err := q.own(q.operation, p.KeyId)
	if err != nil {
		return nil, err
	}
	q.server.mu.Lock()
	defer q.server.mu.Unlock()
	k.state = state
	return answer{}, nil
}

func (q *request) createAlias() (answer, error) {
	var p struct{ AliasName, TargetKeyId string }
	if err := q.read(&p); err != nil {
		return nil, err
	}
	k, err := q.own(q.operation, p.TargetKeyId)
	if err != nil {
		return nil, err
	}
	q.server.mu.Lock()
	defer q.server.mu.Unlock()
	alias, err := q.server.newAlias(k.arn, p.AliasName)
	if err != nil {
		return nil, err
	}
	q.server.aliases[alias.String()] = k
	return answer{}, nil
}

// listAliases answers all at once.
func (q *request) listAliases() (answer, error) {
	var p struct{ KeyId string }
	if err := q.read(&p); err != nil {
		return nil, err
	}
	var only *key
	if p.KeyId != "" {
		var err error
		if only, err = q.own(q.operation, p.KeyId); err != nil {
			return nil, err
		}
	}
	q.server.mu.Lock()
	defer q.server.mu.Unlock()
	found := []answer{}
	for arn, k := range q.server.aliases {
		if k.arn.Account != q.account || k.arn.Region != q.region || only != nil && k != only {
			continue
		}
		_, name, _ := strings.Cut(arn, ":alias/")
		found = append(found, answer{"AliasName": "alias/" + name, "AliasArn": arn, "TargetKeyId": k.arn.ID})
	}
	slices.SortFunc(found, func(a, b answer) int { return strings.Compare(a["AliasName"].(string), b["AliasName"].(string)) })
	return answer{"Aliases": found, "Truncated": false}, nil
}

package provider

import "github.com/dynaseal/ddb/internal/given"

// hidden, embedded in a config, keeps what the config holds out of logs and encoders.
type hidden = given.Hidden

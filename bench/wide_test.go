package bench

// wide1 has 1 attribute beside its key, all encrypted in a table with encryption.
type wide1 struct {
	ID string `ddb:"id,pk"`
	F0 string `ddb:"f0"`
}

// wide5 has 5 attributes beside its key, all encrypted in a table with encryption.
type wide5 struct {
	ID string `ddb:"id,pk"`
	F0 string `ddb:"f0"`
	F1 string `ddb:"f1"`
	F2 int64  `ddb:"f2"`
	F3 string `ddb:"f3"`
	F4 bool   `ddb:"f4"`
}

// wide60 has 60 attributes beside its key, all encrypted in a table with encryption.
type wide60 struct {
	ID  string `ddb:"id,pk"`
	F0  string `ddb:"f0"`
	F1  string `ddb:"f1"`
	F2  int64  `ddb:"f2"`
	F3  string `ddb:"f3"`
	F4  bool   `ddb:"f4"`
	F5  string `ddb:"f5"`
	F6  string `ddb:"f6"`
	F7  int64  `ddb:"f7"`
	F8  string `ddb:"f8"`
	F9  bool   `ddb:"f9"`
	F10 string `ddb:"f10"`
	F11 string `ddb:"f11"`
	F12 int64  `ddb:"f12"`
	F13 string `ddb:"f13"`
	F14 bool   `ddb:"f14"`
	F15 string `ddb:"f15"`
	F16 string `ddb:"f16"`
	F17 int64  `ddb:"f17"`
	F18 string `ddb:"f18"`
	F19 bool   `ddb:"f19"`
	F20 string `ddb:"f20"`
	F21 string `ddb:"f21"`
	F22 int64  `ddb:"f22"`
	F23 string `ddb:"f23"`
	F24 bool   `ddb:"f24"`
	F25 string `ddb:"f25"`
	F26 string `ddb:"f26"`
	F27 int64  `ddb:"f27"`
	F28 string `ddb:"f28"`
	F29 bool   `ddb:"f29"`
	F30 string `ddb:"f30"`
	F31 string `ddb:"f31"`
	F32 int64  `ddb:"f32"`
	F33 string `ddb:"f33"`
	F34 bool   `ddb:"f34"`
	F35 string `ddb:"f35"`
	F36 string `ddb:"f36"`
	F37 int64  `ddb:"f37"`
	F38 string `ddb:"f38"`
	F39 bool   `ddb:"f39"`
	F40 string `ddb:"f40"`
	F41 string `ddb:"f41"`
	F42 int64  `ddb:"f42"`
	F43 string `ddb:"f43"`
	F44 bool   `ddb:"f44"`
	F45 string `ddb:"f45"`
	F46 string `ddb:"f46"`
	F47 int64  `ddb:"f47"`
	F48 string `ddb:"f48"`
	F49 bool   `ddb:"f49"`
	F50 string `ddb:"f50"`
	F51 string `ddb:"f51"`
	F52 int64  `ddb:"f52"`
	F53 string `ddb:"f53"`
	F54 bool   `ddb:"f54"`
	F55 string `ddb:"f55"`
	F56 string `ddb:"f56"`
	F57 int64  `ddb:"f57"`
	F58 string `ddb:"f58"`
	F59 bool   `ddb:"f59"`
}

package bench

// wide1 has 1 attribute beside its key, two of five encrypted.
type wide1 struct {
	ID string `ddb:"id,pk"`
	F0 string `ddb:"f0,sign"`
}

// wide5 has 5 attributes beside its key, two of five encrypted.
type wide5 struct {
	ID string `ddb:"id,pk"`
	F0 string `ddb:"f0,sign"`
	F1 string `ddb:"f1,encrypt"`
	F2 int64  `ddb:"f2,sign"`
	F3 string `ddb:"f3,encrypt"`
	F4 bool   `ddb:"f4,sign"`
}

// wide20 has 20 attributes beside its key, two of five encrypted.
type wide20 struct {
	ID  string `ddb:"id,pk"`
	F0  string `ddb:"f0,sign"`
	F1  string `ddb:"f1,encrypt"`
	F2  int64  `ddb:"f2,sign"`
	F3  string `ddb:"f3,encrypt"`
	F4  bool   `ddb:"f4,sign"`
	F5  string `ddb:"f5,sign"`
	F6  string `ddb:"f6,encrypt"`
	F7  int64  `ddb:"f7,sign"`
	F8  string `ddb:"f8,encrypt"`
	F9  bool   `ddb:"f9,sign"`
	F10 string `ddb:"f10,sign"`
	F11 string `ddb:"f11,encrypt"`
	F12 int64  `ddb:"f12,sign"`
	F13 string `ddb:"f13,encrypt"`
	F14 bool   `ddb:"f14,sign"`
	F15 string `ddb:"f15,sign"`
	F16 string `ddb:"f16,encrypt"`
	F17 int64  `ddb:"f17,sign"`
	F18 string `ddb:"f18,encrypt"`
	F19 bool   `ddb:"f19,sign"`
}

// wide60 has 60 attributes beside its key, two of five encrypted.
type wide60 struct {
	ID  string `ddb:"id,pk"`
	F0  string `ddb:"f0,sign"`
	F1  string `ddb:"f1,encrypt"`
	F2  int64  `ddb:"f2,sign"`
	F3  string `ddb:"f3,encrypt"`
	F4  bool   `ddb:"f4,sign"`
	F5  string `ddb:"f5,sign"`
	F6  string `ddb:"f6,encrypt"`
	F7  int64  `ddb:"f7,sign"`
	F8  string `ddb:"f8,encrypt"`
	F9  bool   `ddb:"f9,sign"`
	F10 string `ddb:"f10,sign"`
	F11 string `ddb:"f11,encrypt"`
	F12 int64  `ddb:"f12,sign"`
	F13 string `ddb:"f13,encrypt"`
	F14 bool   `ddb:"f14,sign"`
	F15 string `ddb:"f15,sign"`
	F16 string `ddb:"f16,encrypt"`
	F17 int64  `ddb:"f17,sign"`
	F18 string `ddb:"f18,encrypt"`
	F19 bool   `ddb:"f19,sign"`
	F20 string `ddb:"f20,sign"`
	F21 string `ddb:"f21,encrypt"`
	F22 int64  `ddb:"f22,sign"`
	F23 string `ddb:"f23,encrypt"`
	F24 bool   `ddb:"f24,sign"`
	F25 string `ddb:"f25,sign"`
	F26 string `ddb:"f26,encrypt"`
	F27 int64  `ddb:"f27,sign"`
	F28 string `ddb:"f28,encrypt"`
	F29 bool   `ddb:"f29,sign"`
	F30 string `ddb:"f30,sign"`
	F31 string `ddb:"f31,encrypt"`
	F32 int64  `ddb:"f32,sign"`
	F33 string `ddb:"f33,encrypt"`
	F34 bool   `ddb:"f34,sign"`
	F35 string `ddb:"f35,sign"`
	F36 string `ddb:"f36,encrypt"`
	F37 int64  `ddb:"f37,sign"`
	F38 string `ddb:"f38,encrypt"`
	F39 bool   `ddb:"f39,sign"`
	F40 string `ddb:"f40,sign"`
	F41 string `ddb:"f41,encrypt"`
	F42 int64  `ddb:"f42,sign"`
	F43 string `ddb:"f43,encrypt"`
	F44 bool   `ddb:"f44,sign"`
	F45 string `ddb:"f45,sign"`
	F46 string `ddb:"f46,encrypt"`
	F47 int64  `ddb:"f47,sign"`
	F48 string `ddb:"f48,encrypt"`
	F49 bool   `ddb:"f49,sign"`
	F50 string `ddb:"f50,sign"`
	F51 string `ddb:"f51,encrypt"`
	F52 int64  `ddb:"f52,sign"`
	F53 string `ddb:"f53,encrypt"`
	F54 bool   `ddb:"f54,sign"`
	F55 string `ddb:"f55,sign"`
	F56 string `ddb:"f56,encrypt"`
	F57 int64  `ddb:"f57,sign"`
	F58 string `ddb:"f58,encrypt"`
	F59 bool   `ddb:"f59,sign"`
}

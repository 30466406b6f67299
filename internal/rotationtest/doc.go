// Package rotationtest has two processes of the operating system rotate the keys of one table at once, and
// read back what either wrote under any version. Who uses it has a TestMain that calls [Main]: the processes are
// the test's own binary.
package rotationtest

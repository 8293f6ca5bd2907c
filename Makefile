# The commands of this project. Each is a script in scripts/, which says what it does and why.
#   make run     set-up, build, start the payments mock, open the window (or walk the tour unseen)
#   make test    set-up and every check; what .ci/run calls
#   make prove   the same checks with large counts; writes docs/proof.md (ONLY=words: those tests alone)
#   make bench   how fast and how large, against the peer and the limit; writes the README's table
#   make build   the released program: target/release/branchline and target/release/payments-mock
.PHONY: run test prove bench build setup
run test prove bench build: setup
	@scripts/$@.sh
setup:
	@scripts/setup.sh

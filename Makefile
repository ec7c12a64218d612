# make serve    the page at http://127.0.0.1:8080 (PORT=8081 make serve: another port)
# make build    the site in dist/
# make test     every check and test
# make bench    the speed of the built site in a browser; make bench-peers: against others (benches/README.md)
# Each first sets up what is missing; scripts/setup.sh says what it does.

.PHONY: serve build test bench bench-peers setup clean

serve: build
	@node scripts/serve.mjs dist

build:
	@scripts/build.sh

test:
	@scripts/test.sh

# ARGS="--quick" and the like are handed on.
bench: build
	@node benches/browser/run.mjs $(ARGS)

bench-peers: build
	@node benches/browser/peers/run.mjs $(ARGS)

setup:
	@scripts/setup.sh test

# The tools stay: they are in the user's cache, shared with other clones.
clean:
	rm -rf dist target

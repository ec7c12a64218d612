# make serve    the page at http://127.0.0.1:8080 (PORT=8081 make serve: another port)
# make build    the site in dist/
# make test     every check and test
# Each first sets up what is missing; scripts/setup.sh says what it does.

.PHONY: serve build test setup clean

serve: build
	@node scripts/serve.mjs dist

build:
	@scripts/build.sh

test:
	@scripts/test.sh

setup:
	@scripts/setup.sh test

# The tools stay: they are in the user's cache, shared with other clones.
clean:
	rm -rf dist target

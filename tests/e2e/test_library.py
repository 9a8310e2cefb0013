"""The engine as a library: installed to a prefix, and found from there by a
program of its own, the example of tools/example."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

BUILD = os.path.dirname(os.environ["REDBED_BINARY"])
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def run(*words, **options):
    """Its output; fails with all of it if the program fails."""
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, timeout=600, **options)
    if done.returncode != 0:
        raise AssertionError(f"{words}: {done.returncode}\n{done.stdout}")
    return done.stdout


class Library(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.mkdtemp(prefix="redbed-library-")
        cls.prefix = os.path.join(cls.place, "prefix")
        run("cmake", "--install", BUILD, "--prefix", cls.prefix)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.place)

    def test_example(self):
        sources = os.path.join(self.place, "example")
        shutil.copytree(os.path.join(ROOT, "tools", "example"), sources)
        build = os.path.join(self.place, "build")
        run("cmake", "-S", sources, "-B", build,
            f"-DCMAKE_PREFIX_PATH={self.prefix}", *COMPILER)
        run("cmake", "--build", build)
        program = os.path.join(build, "example")
        data = os.path.join(self.place, "data")
        expected = re.compile(
            r"an apple is red since \w{3} \w{3} .*\n"
            r"eaten: 1, it was red\nfruit/plum is blue\nfruit/pear is green\n")
        self.assertRegex(run(program, data), expected)
        # The copy that it made is a store like the first.
        self.assertRegex(run(program, data + ".copy"), expected)
        # Which is in use now as a copy: the first cannot copy itself there.
        again = subprocess.run([program, data], capture_output=True, text=True)
        self.assertEqual(again.returncode, 1)
        self.assertIn("is not empty", again.stderr)

    def test_programs(self):
        programs = os.path.join(self.prefix, "bin")
        self.assertEqual(sorted(os.listdir(programs)),
                         ["redbed", "redbed-inspect"])
        run(os.path.join(programs, "redbed"), "--version")
        data = os.path.join(self.place, "empty")
        os.mkdir(data)
        done = subprocess.run(
            [os.path.join(programs, "redbed-inspect"), "verify", data],
            capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("holds no database", done.stdout + done.stderr)

    def test_no_header_of_this_tree_is_needed(self):
        """Each installed header compiles alone, from the prefix alone."""
        include = os.path.join(self.prefix, "include", "redbed")
        headers = [os.path.relpath(os.path.join(folder, name), include)
                   for folder, _, names in os.walk(include) for name in names]
        self.assertIn("lsm/db.h", headers)
        text = "".join(f'#include "{header}"\n' for header in sorted(headers))
        subprocess.run(
            ["c++", "-std=c++20", "-Wall", "-Wextra",
             "-Wno-missing-field-initializers", "-Werror", "-fsyntax-only",
             "-I", include, "-x", "c++", "-"],
            input=text, text=True, check=True, timeout=600)


def compiler_of_the_build():
    """The archive may need it: clang's sanitizers are clang's."""
    with open(os.path.join(BUILD, "CMakeCache.txt")) as f:
        found = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", f.read(), re.M)
    return [f"-DCMAKE_CXX_COMPILER={found[1]}"] if found else []


COMPILER = compiler_of_the_build()

if __name__ == "__main__":
    unittest.main()

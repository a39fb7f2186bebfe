package org.jkprobes.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AptSourceTest {
    @TempDir
    Path etc;

    @BeforeEach
    void folder() throws Exception {
        Files.createDirectories(etc.resolve("sources.list.d"));
    }

    private void part(String name, String text) throws Exception {
        Files.writeString(etc.resolve("sources.list.d").resolve(name), text);
    }

    @Test
    void deb822() throws Exception {
        part("a.sources", """
                Types: deb
                URIs: https://third.example/apt
                Suites: stable

                # a remark
                Enabled: no
                Types: deb
                URIs: https://off.example/debian
                Suites: trixie

                Types: deb-src
                URIs: https://src.example/debian
                Suites: trixie

                Types: deb
                URIs: https://mirror.example/debian-security
                Suites: trixie-security
                Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

                Types: deb deb-src
                # in the midst
                URIs: https://mirror.example/debian/ https://second.example/debian
                Suites: trixie trixie-updates
                Components: main contrib
                Trusted: yes
                Signed-By: /keys/a.gpg
                """);
        AptSource source = AptSource.ofDebian(etc);
        assertThat(source)
                .isEqualTo(new AptSource("https://mirror.example/debian/", "trixie trixie-updates", "/keys/a.gpg"));
        assertThat(source.forSuite("bookworm")).isEqualTo("""
                Types: deb
                URIs: https://mirror.example/debian/
                Suites: bookworm
                Components: main
                Signed-By: /keys/a.gpg
                """);
    }

    @Test
    void aKeyInTheStanza() throws Exception {
        part("a.sources", """
                Types: deb
                URIs: https://mirror.example/debian
                Suites: trixie
                Signed-By:
                 -----BEGIN PGP PUBLIC KEY BLOCK-----
                 .
                 mQINBF
                 -----END PGP PUBLIC KEY BLOCK-----
                """);
        assertThat(AptSource.ofDebian(etc).forSuite("bookworm")).endsWith("""
                Signed-By:\s
                 -----BEGIN PGP PUBLIC KEY BLOCK-----
                 .
                 mQINBF
                 -----END PGP PUBLIC KEY BLOCK-----
                """);
    }

    @Test
    void oneLineStyle() throws Exception {
        Files.writeString(etc.resolve("sources.list"), """
                # deb https://off.example/debian trixie main
                deb-src https://src.example/debian trixie main
                deb https://mirror.example/debian-security trixie-security main
                deb [ arch=amd64,i386 trusted=yes signed-by=/keys/b.gpg,/keys/c.gpg ] copy:/mirror/debian trixie main # home
                """);
        assertThat(AptSource.ofDebian(etc))
                .isEqualTo(new AptSource("copy:/mirror/debian", "trixie", "/keys/b.gpg /keys/c.gpg"));
    }

    @Test
    void aSnapshotOfTheArchive() throws Exception {
        part("s.list", "deb https://snapshot.example/archive/debian/20250520T000000Z bookworm main\n");
        assertThat(AptSource.ofDebian(etc).uri()).contains("20250520");
    }

    @Test
    void noDebian() throws Exception {
        assertThatThrownBy(() -> AptSource.ofDebian(etc)).isInstanceOf(ImageException.class);
        part("u.sources", "Types: deb\nURIs: https://other.example/ubuntu\nSuites: noble\n");
        part("ignored.sources.disabled", "Types: deb\nURIs: https://mirror.example/debian\nSuites: trixie\n");
        assertThatThrownBy(() -> AptSource.ofDebian(etc))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("no Debian archive");
    }
}

// Apache Kafka's jars from Maven Central, fetched once per checkout into .kafka/.
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export const KAFKA_VERSION = '4.1.0';
const MAVEN_COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';

// slf4j-api of this Kafka is 1.7, so the binding is log4j-slf4j-impl, not log4j-slf4j2-impl.
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>local</groupId><artifactId>kafka</artifactId><version>1</version><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version></dependency>
<dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>2.24.3</version></dependency>
</dependencies></project>`;

/** Folder with the jars. Throws one clear line where Java or Maven is missing. */
export async function kafkaJars() {
  const home = resolve('.kafka');
  const jars = join(home, `libs-${KAFKA_VERSION}`);
  need('java', 'openjdk-17-jre-headless');
  if (existsSync(jars)) return jars;
  need('mvn', 'maven');
  mkdirSync(home, { recursive: true });
  // In a folder of its own and renamed when whole: two runs may fetch at the same time, and either may be killed.
  const work = mkdtempSync(join(home, 'fetch-'));
  try {
    writeFileSync(join(work, 'pom.xml'), POM);
    const args = ['-q', '-B', '-f', join(work, 'pom.xml'), MAVEN_COPY, '-DincludeScope=runtime', `-DoutputDirectory=${join(work, 'libs')}`];
    await promisify(execFile)('mvn', args, { timeout: 600_000 });
    if (!existsSync(jars)) renameSync(join(work, 'libs'), jars);
  } catch (error) {
    throw new Error(`Maven could not fetch Apache Kafka ${KAFKA_VERSION}: ${error.stdout?.trim() || error.message}`, { cause: error });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return jars;
}

function need(program, packageName) {
  if (spawnSync(program, ['-version'], { stdio: 'ignore' }).error) {
    throw new Error(`Apache Kafka needs ${program}, which is not installed (Debian: apt-get install ${packageName}); or set TL_TEST_KAFKA to host:port of a broker`);
  }
}

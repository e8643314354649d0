using MalariaLab.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

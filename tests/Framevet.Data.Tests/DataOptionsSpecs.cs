using Framevet.Pipeline;
using Framevet.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Framevet.Data.Tests;

public sealed class DataOptionsSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Data:Foldr", "x", "Foldr")]
    [InlineData("Data:Provider", "mysql", "Data:Provider")]
    [InlineData("Data:Provider", "7", "Data:Provider")]
    [InlineData("Data:Provider", "postgres", "Data:ConnectionString")]
    public async Task A_wrong_option_stops_the_start_and_is_named(string key, string value, string named)
    {
        await using var services = Services((key, value));

        Should.Throw<Exception>(() => services.GetRequiredService<IOptions<DataOptions>>().Value).Message.ShouldContain(named);
    }

    [Theory]
    [InlineData("", 40, 100, "framevet")]
    [InlineData(";Maximum Pool Size=7;Max Auto Prepare=0;Application Name=mine", 7, 0, "mine")]
    [InlineData(";MaxPoolSize=100;maxautoprepare=3", 100, 3, "framevet")]
    public void What_a_connection_string_leaves_open_is_set_for_this_program(string more, int pool, int prepared, string name)
    {
        var server = new DataOptions { Provider = DatabaseKind.Postgres, ConnectionString = $"Host=db;Database=framevet{more}" }.Server;

        (server.Host, server.MaxPoolSize, server.MaxAutoPrepare, server.ApplicationName).ShouldBe(("db", pool, prepared, name));
    }

    [Theory]
    [InlineData("Host=/nowhere/at/all;Username=framevet;Database=framevet", "/nowhere/at/all")]
    [InlineData("Host=127.0.0.1;Port=1;Username=framevet;Database=framevet", "127.0.0.1:1")]
    [InlineData("Hst=localhost", "hst")]
    [InlineData("Database=framevet", "must name the server")]
    public async Task A_server_that_cannot_be_reached_is_named_with_the_option(string connection, string named)
    {
        await using var services = Services(("Data:Provider", "Postgres"), ("Data:ConnectionString", connection));

        var trouble = await Should.ThrowAsync<VettingException>(() => services.GetRequiredService<DatabaseStart>().MigrateAsync(Ct));

        trouble.Message.ShouldContain("Data:ConnectionString");
        trouble.Message.ShouldContain(named, Case.Insensitive);
    }

    [Fact]
    public async Task A_database_in_another_encoding_is_refused()
    {
        var cluster = await PostgresCluster.SharedAsync();
        await using (var connection = new Npgsql.NpgsqlConnection(cluster.Connection("postgres")))
        {
            await connection.OpenAsync(Ct);
            await using var make = new Npgsql.NpgsqlCommand("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0", connection);
            await make.ExecuteNonQueryAsync(Ct);
        }

        await using var services = Services(("Data:Provider", "postgres"), ("Data:ConnectionString", cluster.Connection("latin")));

        (await Should.ThrowAsync<VettingException>(() => services.GetRequiredService<DatabaseStart>().MigrateAsync(Ct))).Message.ShouldContain("UTF8");
    }

    private static ServiceProvider Services(params (string Key, string Value)[] settings) =>
        new ServiceCollection().AddFramevetData(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build()).BuildServiceProvider();
}

using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Framevet.Data.Backups;
using Framevet.Pipeline;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Api;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Hosting;

/// <summary>Backups as an operator makes and restores them: the program, on a data folder in which a server works.</summary>
public sealed class BackupSpecs(ClipFactory clips) : IClassFixture<ClipFactory>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task What_a_working_server_had_is_there_again_after_backup_wipe_and_restore()
    {
        using var place = new TemporaryFolder();
        using var fresh = new TemporaryFolder();
        var backup = place["backup"];
        ImmutableArray<BackupTable> tables;
        RunId run;
        await using (var app = new AppHost())
        {
            using var client = await app.SignInAsync("ada", [Roles.Admin], Ct);
            run = await client.SubmitAsync(await ApiRun.ClipAsync(clips, Ct), null, Ct);
            await client.WaitAsync(run, Ct, RunState.Done, RunState.AwaitingReview);

            // The server goes on writing while the backup is made.
            using var stop = new CancellationTokenSource();
            var writing = WriteOnAsync(app, stop.Token);
            (await AdminAsync("backup", backup, "--media", "--json", "--data", app.Folder)).Code.ShouldBe(0);
            await stop.CancelAsync();
            (await writing).ShouldBeGreaterThan(0);

            (await AdminAsync("backup", backup, "--data", app.Folder)).ShouldSatisfyAllConditions(a => a.Code.ShouldBe(2), a => a.Error.ShouldContain("there already"));
            (await AdminAsync("restore", backup, "--data", app.Folder)).ShouldSatisfyAllConditions(a => a.Code.ShouldBe(1), a => a.Error.ShouldContain("stop it first"));
            var manifest = await BackupReader.VerifyAsync(backup, Ct);
            tables = manifest.Tables;
            tables.Single(t => t.Name == "Runs").Rows.ShouldBe(1);
            manifest.Files.ShouldContain(f => f.Path.StartsWith("keys/", StringComparison.Ordinal));
            manifest.Files.ShouldContain(f => f.Path.StartsWith("blobs/media/", StringComparison.Ordinal));
        }

        (await AdminAsync("restore", backup, "--data", fresh.Path)).ShouldSatisfyAllConditions(a => a.Code.ShouldBe(0, a.Error), a => a.Output.ShouldContain("Restored"));

        Digest(fresh["framevet.db"]).ShouldBe(tables);
        await using var again = new Elsewhere(fresh.Path);
        (await again.Services.GetRequiredService<IRunStore>().GetAsync(run, Ct))!.State.ShouldBeOneOf(RunState.Done, RunState.AwaitingReview);
        var media = (await again.Services.GetRequiredService<IRunStore>().GetAsync(run, Ct))!.MediaKey;
        (await again.Services.GetRequiredService<IBlobStore>().ExistsAsync(media, Ct)).ShouldBeTrue();
        using var anonymous = again.Anonymous();
        using var signIn = await AppHost.PostFormAsync(anonymous, WebPaths.Login, WebPaths.Login, new() { ["name"] = "ada", ["password"] = AppHost.Password }, Ct);
        signIn.Headers.Location!.ToString().ShouldBe("/");
    }

    [Fact(Timeout = 180_000)]
    public async Task A_backup_that_was_changed_is_refused_by_name_and_replaces_nothing()
    {
        await using var app = new AppHost();
        await app.CreateUserAsync("ada", Roles.Admin);
        using var place = new TemporaryFolder();
        using var target = new TemporaryFolder();
        await File.WriteAllTextAsync(target["framevet.db"], "what was there", Ct);
        var sound = place["sound"];
        (await AdminAsync("backup", sound, "--data", app.Folder)).Code.ShouldBe(0);
        var key = Path.GetRelativePath(sound, Directory.GetFiles(Path.Combine(sound, "keys")).First()).Replace('\\', '/');

        (string Name, Action<string> Change, string Said)[] changes =
        [
            ("byte", b => Flip(Path.Combine(b, "framevet.db")), "framevet.db is not what was written"),
            ("key", b => File.AppendAllText(Path.Combine(b, key), " "), $"{key} is not what was written"),
            ("gone", b => File.Delete(Path.Combine(b, "settings.json")), "settings.json is missing"),
            ("more", b => File.WriteAllText(Path.Combine(b, "keys", "other.xml"), "<key/>"), "keys/other.xml is not in the list"),
            ("row", ChangeRow, "Table Users of framevet.db is not what was written"),
            ("path", b => Rewrite(b, m => m with { Files = [.. m.Files, new BackupFile("../evil", 1, "00")] }), "../evil is no place"),
            ("newer", b => Rewrite(b, m => m with { Format = 2 }), "format 2"),
            ("manifest", b => File.WriteAllText(Path.Combine(b, "manifest.json"), "{"), "manifest.json cannot be read"),
        ];
        foreach (var (name, change, said) in changes)
        {
            var copy = place[name];
            Copy(sound, copy);
            change(copy);

            var trouble = await Should.ThrowAsync<VettingException>(() => app.Services.GetRequiredService<BackupReader>()
                .RestoreAsync(copy, target.Path, new BackupPlaces(target["framevet.db"], target["keys"], target["blobs"]), Ct), name);

            trouble.Message.ShouldContain(said);
            (await File.ReadAllTextAsync(target["framevet.db"], Ct)).ShouldBe("what was there");
            Directory.GetFileSystemEntries(target.Path).ShouldHaveSingleItem(name);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task Accounts_are_made_changed_and_closed_from_the_command_line()
    {
        LongTests.Only(true, "A dozen programs are started one after the other.");
        await using var app = new AppHost();
        await app.CreateUserAsync("ada", Roles.Admin);

        var made = await AdminAsync("users", "add", "bob", "--role", "Curator", "--json", "--data", app.Folder);
        made.Code.ShouldBe(0, made.Error);
        JsonDocument.Parse(made.Output).RootElement.GetProperty("link").GetString()!.ShouldContain("/invite?user=");
        (await AdminAsync("users", "role", "bob", "Moderator", "Lead", "--data", app.Folder)).Code.ShouldBe(0);
        (await AdminAsync("users", "reset", "bob", "--data", app.Folder)).Output.ShouldContain("/invite?user=");
        (await AdminAsync("users", "disable", "ada", "--data", app.Folder)).ShouldSatisfyAllConditions(a => a.Code.ShouldBe(1), a => a.Error.ShouldContain("last active admin"));
        (await AdminAsync("users", "disable", "bob", "--data", app.Folder)).Code.ShouldBe(0);
        (await AdminAsync("users", "role", "bob", "King", "--data", app.Folder)).ShouldSatisfyAllConditions(a => a.Code.ShouldBe(2), a => a.Error.ShouldContain("no role 'King'"));
        (await AdminAsync("users", "reset", "nobody", "--data", app.Folder)).Code.ShouldBe(1);
        (await AdminAsync("dance")).Code.ShouldBe(2);

        var list = JsonDocument.Parse((await AdminAsync("users", "list", "--json", "--data", app.Folder)).Output).RootElement.EnumerateArray().Single(u => u.GetProperty("name").GetString() == "bob");
        list.GetProperty("isActive").GetBoolean().ShouldBeFalse();
        list.GetProperty("roles").EnumerateArray().Select(r => r.GetString()).ShouldBe(["Lead", "Moderator"]);
        (await AdminAsync("audit", "verify", "--data", app.Folder)).ShouldSatisfyAllConditions(a => a.Code.ShouldBe(0), a => a.Output.ShouldContain("is whole"));
    }

    [Fact(Timeout = 180_000)]
    public async Task An_installation_moves_to_a_server_by_command_and_people_sign_in_there()
    {
        using var folder = new TemporaryFolder();
        var server = (await PostgresCluster.SharedAsync()).Connection("web_moved");
        await using (var app = new Elsewhere(folder.Path))
        {
            await app.CreateUserAsync("ada", Roles.Admin);
            (await AdminAsync("migrate-data", "--to", server, "--data", app.Folder)).ShouldSatisfyAllConditions(a => a.Code.ShouldBe(1), a => a.Error.ShouldContain("stop it first"));
        }

        (await AdminAsync("migrate-data", "--data", folder.Path)).ShouldSatisfyAllConditions(a => a.Code.ShouldBe(2), a => a.Error.ShouldContain("--to"));
        (await AdminAsync("migrate-data", "--to", server, "--data", folder.Path)).ShouldSatisfyAllConditions(a => a.Code.ShouldBe(0, a.Error), a => a.Output.ShouldContain("Users\t1 rows"));
        (await AdminAsync("migrate-data", "--to", server, "--data", folder.Path)).ShouldSatisfyAllConditions(a => a.Code.ShouldBe(1), a => a.Error.ShouldContain("is not empty"));

        await using var again = new PostgresHost(server, folder.Path);
        using var anonymous = again.Anonymous();
        using var signIn = await AppHost.PostFormAsync(anonymous, WebPaths.Login, WebPaths.Login, new() { ["name"] = "ada", ["password"] = AppHost.Password }, Ct);
        signIn.Headers.Location!.ToString().ShouldBe("/");
    }

    private static async Task<int> WriteOnAsync(AppHost app, CancellationToken stop)
    {
        var written = 0;
        while (!stop.IsCancellationRequested)
        {
            await app.Services.GetRequiredService<IAuditTrail>().AppendAsync(Actor.System, "test.write", $"{written++}", null, null, CancellationToken.None);
            await Task.Delay(5, CancellationToken.None);
        }

        return written;
    }

    private static async Task<(int Code, string Output, string Error)> AdminAsync(params string[] words)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, ArgumentList = { typeof(Program).Assembly.Location, "admin" } };
        foreach (var word in words)
        {
            start.ArgumentList.Add(word);
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(Ct);
        var output = await process.StandardOutput.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        return (process.ExitCode, output, await error);
    }

    private static ImmutableArray<BackupTable> Digest(string file)
    {
        using var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False");
        connection.Open();
        return TableDigest.Of(connection, Ct);
    }

    private static void Flip(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = stream.Length / 2;
        var value = stream.ReadByte();
        stream.Position--;
        stream.WriteByte((byte)(value ^ 1));
    }

    // Somebody who changes a row and mends the hash of the file, but not the digest of the table.
    private static void ChangeRow(string backup)
    {
        var file = Path.Combine(backup, "framevet.db");
        using (var connection = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE Users SET UserName = 'eve'";
            command.ExecuteNonQuery();
        }

        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)));
        Rewrite(backup, m => m with { Files = [.. m.Files.Select(f => f.Path == "framevet.db" ? f with { Sha256 = hash, Bytes = new FileInfo(file).Length } : f)] });
    }

    private static void Rewrite(string backup, Func<BackupManifest, BackupManifest> change)
    {
        var path = Path.Combine(backup, "manifest.json");
        var manifest = JsonSerializer.Deserialize<BackupManifest>(File.ReadAllText(path), PipelineJson.Options)!;
        File.WriteAllText(path, JsonSerializer.Serialize(change(manifest), PipelineJson.Options));
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>A server on a data folder that is there already.</summary>
    private sealed class Elsewhere(string folder) : AppHost
    {
        public override string Folder => folder;
    }
}

using System.Collections.Immutable;
using System.Text.Json;
using Framevet.Data;
using Framevet.Data.Backups;
using Framevet.Data.Queries;
using Framevet.Data.Stores;
using Framevet.Pipeline;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Framevet.Web.Identity;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Hosting;

/// <summary>
/// <c>Framevet.Web admin …</c>: accounts, backups and the audit trail from the command line, on the data folder itself; a server may work in it meanwhile, except for a restore.
/// <c>framevet admin</c> hands over to it. Exit code 0, 1 trouble, 2 wrong words, 4 a broken audit trail.
/// </summary>
internal static class AdminCommand
{
    private const int Trouble = 1;
    private const int WrongWords = 2;
    private const int BrokenTrail = 4;

    private const string Usage = """
        admin users list
        admin users add NAME [--email ADDRESS] [--role ROLE]...
        admin users role NAME ROLE...           give exactly these roles
        admin users reset NAME                  a new link to set a password
        admin users disable NAME | enable NAME
        admin backup TO [--media]
        admin restore FROM
        admin migrate-data [--to CONNECTION]    move framevet.db to PostgreSQL; default: Data:ConnectionString
        admin audit verify
        admin orphans                           files without records, records without files
        admin mark-store [DIR]                  mark a shared folder as the store of files
        Each with [--data DIR] [--json].
        """;

    private static readonly string[] Verbs = ["users list", "users add", "users role", "users reset", "users disable", "users enable", "backup", "restore", "migrate-data", "audit verify", "orphans", "mark-store"];

    private static readonly Actor Admin = new("system", "Command line", Rights.Administer);

    /// <summary>Whether the arguments ask for it.</summary>
    public static bool IsMeant(string[] args) => args is ["admin", ..];

    /// <summary>Does what the words say.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            var words = AdminWords.Of(args);
            if (!Verbs.Contains(words.Verb))
            {
                throw new VettingException(FailureCode.InvalidRequest, $"There is no command 'admin {words.Verb}'. There are:\n{Usage}");
            }

            var builder = WebApplication.CreateBuilder([.. words.Settings]);
            builder.Logging.ClearProviders();
            var folder = new DataFolder(StrictConfiguration.Read(builder.Configuration).DataFolder);
            if (words.Verb is not ("restore" or "mark-store") && !Directory.Exists(folder.Root))
            {
                throw new VettingException(FailureCode.SourceUnavailable, $"There is no data folder {folder.Root}; name it with --data.");
            }

            builder.AddFramevetWeb();
            await using var app = builder.Build();
            return await RunAsync(words, app.Services, folder);
        }
        catch (VettingException e)
        {
            ConsoleNotice.Trouble(e.Message);
            return e.Code == FailureCode.InvalidRequest ? WrongWords : Trouble;
        }
        catch (System.Data.Common.DbException e)
        {
            ConsoleNotice.Trouble($"The database cannot be read: {e.Message}");
            return Trouble;
        }
    }

    private static Task<int> RunAsync(AdminWords words, IServiceProvider services, DataFolder folder) => words.Verb switch
    {
        "users list" => ListAsync(words, services),
        "users add" => AddAsync(words, services),
        "users role" => ChangeAsync(words, services, (desk, id) => desk.ChangeRolesAsync(id, RolesFrom(words), Admin, CancellationToken.None), $"has the roles {string.Join(", ", RolesFrom(words))}"),
        "users reset" => ResetAsync(words, services),
        "users disable" => ChangeAsync(words, services, (desk, id) => desk.SetActiveAsync(id, false, Admin, CancellationToken.None), "is signed out and deactivated"),
        "users enable" => ChangeAsync(words, services, (desk, id) => desk.SetActiveAsync(id, true, Admin, CancellationToken.None), "may sign in again"),
        "backup" => BackupAsync(words, services, folder),
        "restore" => RestoreAsync(words, services, folder),
        "migrate-data" => MoveAsync(words, services, folder),
        "audit verify" => VerifyAsync(words, services),
        "orphans" => OrphansAsync(words, services),
        "mark-store" => Task.FromResult(MarkStore(words, services)),
        _ => throw new InvalidOperationException("The verb was checked."),
    };

    private static async Task<int> ListAsync(AdminWords words, IServiceProvider services)
    {
        var users = (await services.GetRequiredService<UsersQuery>().PageAsync(null, 0, int.MaxValue, CancellationToken.None)).Rows;
        return Say(words, users.Select(u => new { u.Name, u.Email, u.Roles, u.IsActive, u.LastSeenAt, u.Runs }),
            string.Join('\n', users.Select(u => $"{u.Name}\t{string.Join(',', u.Roles)}{(u.IsActive ? "" : "\tdeactivated")}")));
    }

    private static async Task<int> AddAsync(AdminWords words, IServiceProvider services)
    {
        var name = words.Word(0, "a name");
        var link = await services.GetRequiredService<UserDesk>().CreateAsync(name, words.All("--email").FirstOrDefault(), words.All("--role"), Admin, CancellationToken.None);
        return SayLink(words, services, name, link);
    }

    private static async Task<int> ResetAsync(AdminWords words, IServiceProvider services)
    {
        var (name, id) = await FindAsync(words, services);
        return SayLink(words, services, name, await services.GetRequiredService<UserDesk>().InviteAsync(id, Admin, CancellationToken.None));
    }

    private static async Task<int> ChangeAsync(AdminWords words, IServiceProvider services, Func<UserDesk, string, Task> change, string done)
    {
        var (name, id) = await FindAsync(words, services);
        await change(services.GetRequiredService<UserDesk>(), id);
        return Say(words, new { name, done }, $"{name} {done}.");
    }

    private static async Task<int> BackupAsync(AdminWords words, IServiceProvider services, DataFolder folder)
    {
        var target = words.Word(0, "a folder to write to");
        if (words.Has("--media") && services.GetRequiredService<IOptions<StorageOptions>>().Value is { Kind: BlobStoreKind.S3, S3.Bucket: var bucket })
        {
            throw new VettingException(FailureCode.InvalidRequest, $"The media lie in bucket '{bucket}', which this cannot copy; leave --media out and use the versions and copies of the service.");
        }

        await services.GetRequiredService<IAuditTrail>().AppendAsync(Admin, "backup.write", Path.GetFileName(Path.GetFullPath(target)), null, JsonSerializer.Serialize(new { media = words.Has("--media") }, PipelineJson.Options), CancellationToken.None);
        var manifest = await services.GetRequiredService<BackupWriter>().WriteAsync(target, Places(services, folder), words.Has("--media"), CancellationToken.None);
        return Say(words, manifest, $"{Path.GetFullPath(target)}: {manifest.Files.Length} files, {manifest.Files.Sum(f => f.Bytes)} bytes, {manifest.Tables.Sum(t => t.Rows)} rows in {manifest.Tables.Length} tables{(manifest.HasMedia ? "" : ", without media")}. "
            + "It holds accounts and keys: keep it as safe as the server.");
    }

    private static async Task<int> RestoreAsync(AdminWords words, IServiceProvider services, DataFolder folder)
    {
        var source = words.Word(0, "the folder of a backup");
        using var hold = folder.TryHold() ?? throw new VettingException(FailureCode.Conflict, $"A server works in {folder.Root}; stop it first.");
        var (manifest, before) = await services.GetRequiredService<BackupReader>().RestoreAsync(source, folder.Root, Places(services, folder), CancellationToken.None);
        return Say(words, new { manifest, before }, $"Restored {manifest.Tables.Sum(t => t.Rows)} rows in {manifest.Tables.Length} tables, as of {manifest.CreatedAt:u}{(manifest.HasMedia ? "" : "; the media files are those that were there")}. What was there before lies in {before}.");
    }

    private static async Task<int> MoveAsync(AdminWords words, IServiceProvider services, DataFolder folder)
    {
        var options = services.GetRequiredService<IOptions<DataOptions>>().Value;
        var server = words.All("--to") is [.., var to] ? to : options.Provider == DatabaseKind.Postgres ? options.ConnectionString! : throw new VettingException(FailureCode.InvalidRequest, "'admin migrate-data' wants --to CONNECTION, or Data:Provider=postgres with Data:ConnectionString.");
        using var hold = folder.TryHold() ?? throw new VettingException(FailureCode.Conflict, $"A server works in {folder.Root}; stop it first.");
        var tables = await DataMove.MoveAsync(Path.GetFullPath(options.DatabaseFile()), server, services.GetRequiredService<TimeProvider>(), CancellationToken.None);
        return Say(words, tables, $"{string.Join('\n', tables.Select(t => $"{t.Name}\t{t.Rows} rows\t{t.Sha256}"))}\n"
            + $"{tables.Sum(t => t.Rows)} rows in {tables.Length} tables are the same on both sides. Set Data:Provider to postgres and Data:ConnectionString, keep the data folder (keys, files), and start; {options.DatabaseFile()} stays as it was.");
    }

    private static async Task<int> VerifyAsync(AdminWords words, IServiceProvider services)
    {
        var check = await services.GetRequiredService<AuditChain>().VerifyAsync(CancellationToken.None);
        Say(words, check, check.BrokenAt is null
            ? $"The audit trail is whole: {check.Verified} entries, last hash {check.LastHash}."
            : $"The audit trail is broken at entry #{check.BrokenAt}: {check.Problem} {check.Verified} entries before it are whole, last sound hash {check.LastHash}.");
        return check.BrokenAt is null ? 0 : BrokenTrail;
    }

    private static async Task<int> OrphansAsync(AdminWords words, IServiceProvider services)
    {
        var (data, text) = await StorageCommand.OrphansAsync(services);
        return Say(words, data, text);
    }

    private static int MarkStore(AdminWords words, IServiceProvider services)
    {
        var (data, text) = StorageCommand.Mark(words, services);
        return Say(words, data, text);
    }

    private static BackupPlaces Places(IServiceProvider services, DataFolder folder) => new(
        Path.GetFullPath(services.GetRequiredService<IOptions<DataOptions>>().Value.DatabaseFile()), folder.Keys, Path.GetFullPath(services.GetRequiredService<IOptions<StorageOptions>>().Value.Root));

    private static ImmutableArray<string> RolesFrom(AdminWords words)
    {
        var roles = ImmutableArray.CreateBuilder<string>();
        for (var first = words.Word(1, "at least one role"); first is not null; first = words.WordOrNull(roles.Count + 1))
        {
            roles.Add(first);
        }

        return roles.ToImmutable();
    }

    private static async Task<(string Name, string Id)> FindAsync(AdminWords words, IServiceProvider services)
    {
        var name = words.Word(0, "a name");
        var users = (await services.GetRequiredService<UsersQuery>().PageAsync(name, 0, int.MaxValue, CancellationToken.None)).Rows.Where(u => u.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
        return users is [var user] ? (user.Name, user.Id) : throw new VettingException(FailureCode.NotFound, $"There is no account '{name}'.");
    }

    private static int SayLink(AdminWords words, IServiceProvider services, string name, InviteLink link)
    {
        var address = (services.GetRequiredService<IOptions<FramevetOptions>>().Value.PublicUrl ?? "").TrimEnd('/') + link.Path;
        return Say(words, new { name, link = address, link.ExpiresAt }, $"{name} sets a password here (once, until {link.ExpiresAt:u}):\n{address}");
    }

    private static int Say(AdminWords words, object value, string text)
    {
        ConsoleNotice.Answer(words.IsJson ? JsonSerializer.Serialize(value, PipelineJson.Options) : text);
        return 0;
    }
}

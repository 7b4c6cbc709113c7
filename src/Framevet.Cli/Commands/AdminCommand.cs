using System.CommandLine;
using Framevet.Pipeline.Tools;

namespace Framevet.Cli.Commands;

/// <summary><c>framevet admin</c>: accounts, backups and the audit trail, on a data folder of this machine. The server's program does it: this one knows no database.</summary>
internal static class AdminCommand
{
    private static readonly Option<string?> Data = new("--data") { HelpName = "DIR", Description = "The data folder; default what the server's settings say." };
    private static readonly Option<bool> Json = new("--json") { Description = "Print JSON." };
    private static readonly Option<string[]> Role = new("--role") { HelpName = "ROLE", Description = "A role of the new account; several times for several. Default: Submitter." };
    private static readonly Option<string?> Email = new("--email") { HelpName = "ADDRESS", Description = "E-mail of the new account." };
    private static readonly Option<bool> Media = new("--media") { Description = "Also the media, thumbnails and exports." };
    private static readonly Option<string?> To = new("--to") { HelpName = "CONNECTION", Description = "Connection string of the server; default Data:ConnectionString (e.g. the environment variable Data__ConnectionString, which no list of processes shows)." };
    private static readonly Argument<string> Name = new("NAME") { Description = "Name of the account." };
    private static readonly Argument<string[]> Roles = new("ROLE") { Arity = ArgumentArity.OneOrMore, Description = "Submitter, Curator, Moderator, Lead, Admin, Auditor." };
    private static readonly Argument<string?> Store = new("DIR") { Arity = ArgumentArity.ZeroOrOne, Description = "The folder; default what the server's settings say." };
    private static readonly Argument<string> Folder = new("DIR") { Description = "Folder of the backup." };

    public static Command Create()
    {
        var users = new Command("users", "Accounts.");
        users.Add(Of("list", "List all accounts.", "framevet admin users list --data /srv/framevet", ["users", "list"]));
        users.Add(Of("add", "Make an account; prints a link to set a password.", "framevet admin users add ada --role Admin", ["users", "add"], Name, Role, Email));
        users.Add(Of("role", "Give an account exactly these roles.", "framevet admin users role ada Curator Moderator", ["users", "role"], Name, Roles));
        users.Add(Of("reset", "A new link to set a password.", "framevet admin users reset ada", ["users", "reset"], Name));
        users.Add(Of("disable", "Close an account: signed out, keys stop working.", "framevet admin users disable ada", ["users", "disable"], Name));
        users.Add(Of("enable", "Open an account again.", "framevet admin users enable ada", ["users", "enable"], Name));
        var audit = new Command("audit", "The audit trail.");
        audit.Add(Of("verify", "Check the chain of the audit trail. Exit code 4 when an entry does not fit.", "framevet admin audit verify --data /srv/framevet", ["audit", "verify"]));
        var command = new Command("admin", Examples.Below("Accounts, backups and the audit trail of a server on this machine. Exit code 0, 1 trouble, 2 wrong words, 3 the server's program is missing, 4 a broken audit trail.", """
            framevet admin users add ada --role Admin --data /srv/framevet
            framevet admin backup /backups/today --media --data /srv/framevet
            framevet admin restore /backups/today --data /srv/framevet
            """));
        command.Add(users);
        command.Add(Of("backup", "Write a backup while the server works: database, keys, settings, manifest with hashes.", "framevet admin backup /backups/today --data /srv/framevet", ["backup"], Folder, Media));
        command.Add(Of("restore", "Check a backup down to the last row, then put it in place; the server must be stopped. What was there is kept beside it.", "framevet admin restore /backups/today --data /srv/framevet", ["restore"], Folder));
        command.Add(Of("migrate-data", "Move an installation from its SQLite file to an empty PostgreSQL database and compare every table; the server must be stopped. The file stays as it is. After a break, start it again.",
            "framevet admin migrate-data --data /srv/framevet --to \"Host=db.local;Database=framevet;Username=framevet\"", ["migrate-data"], To));
        command.Add(audit);
        command.Add(Of("orphans", "List files that no record names, and records whose file is missing. Nothing is removed.", "framevet admin orphans --data /srv/framevet", ["orphans"]));
        command.Add(Of("mark-store", "Mark a mounted shared folder as the store of files; without its marker nothing is read or written there.", "framevet admin mark-store /mnt/framevet", ["mark-store"], Store));
        return command;
    }

    private static Command Of(string name, string description, string example, string[] verb, params Symbol[] symbols)
    {
        var command = new Command(name, Examples.Below(description, example)) { Data, Json };
        foreach (var symbol in symbols)
        {
            if (symbol is Option option)
            {
                command.Add(option);
            }
            else
            {
                command.Add((Argument)symbol);
            }
        }

        command.SetAction((parsed, ct) => ServerProgram.RunAsync(Words(parsed, verb, symbols), Console.OpenStandardOutput(), Console.Error, ct));
        return command;
    }

    private static List<string> Words(ParseResult parsed, string[] verb, Symbol[] symbols)
    {
        List<string> words = ["admin", .. verb];
        foreach (var symbol in symbols)
        {
            switch (symbol)
            {
                case var s when s == Roles:
                    words.AddRange(parsed.GetValue(Roles)!);
                    break;
                case var s when s == Name || s == Folder:
                    words.Add(parsed.GetValue((Argument<string>)symbol)!);
                    break;
                case var s when s == Store && parsed.GetValue(Store) is { } store:
                    words.Add(Path.GetFullPath(store));
                    break;
                case var s when s == Role:
                    words.AddRange((parsed.GetValue(Role) ?? []).SelectMany(r => new[] { "--role", r }));
                    break;
                case var s when s == Email && parsed.GetValue(Email) is { } email:
                    words.AddRange(["--email", email]);
                    break;
                case var s when s == To && parsed.GetValue(To) is { } to:
                    words.AddRange(["--to", to]);
                    break;
                case var s when s == Media && parsed.GetValue(Media):
                    words.Add("--media");
                    break;
                default:
                    break;
            }
        }

        if (parsed.GetValue(Data) is { } data)
        {
            words.AddRange(["--data", Path.GetFullPath(data)]);
        }

        return parsed.GetValue(Json) ? [.. words, "--json"] : words;
    }
}

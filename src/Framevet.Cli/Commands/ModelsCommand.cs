using System.CommandLine;
using System.Text.Json;
using Framevet.Pipeline.Models;

namespace Framevet.Cli.Commands;

/// <summary><c>framevet models</c>: what the catalogue knows, what is here, and how to get or add more.</summary>
internal static class ModelsCommand
{
    private static readonly Argument<string[]> Ids = new("ID") { Arity = ArgumentArity.ZeroOrMore, Description = "Models of the catalogue; none = all." };
    private static readonly Argument<string[]> Wanted = new("ID") { Arity = ArgumentArity.OneOrMore, Description = "Models of the catalogue (see 'framevet models list')." };
    private static readonly Option<bool> Json = new("--json") { Description = "Print JSON." };
    private static readonly Option<bool> Here = new("--here") { Description = "Only models whose files are here." };
    private static readonly Option<bool> Accept = new("--accept-licence") { Description = "Accept the terms of these models (they are printed); written down with your name." };

    public static Command Create()
    {
        var list = new Command("list", "List the models of the catalogue and how they stand here.") { Ids, Here, Json };
        list.SetAction(ListAsync);
        var pull = new Command("pull", "Get models: resumed where they broke, checked before use. Ctrl+C keeps what is here.") { Wanted, Accept, Json };
        pull.SetAction(PullAsync);
        var verify = new Command("verify", "Read the files again and compare their hashes. Exit code 3 when one differs.") { Ids, Json };
        verify.SetAction(VerifyAsync);
        var command = new Command("models", Examples.Below("List, get, check and add models.", """
            framevet models list --here
            framevet models pull nima-aesthetic
            """));
        command.Add(list);
        command.Add(pull);
        command.Add(verify);
        command.Add(ModelsAddCommand.Create());
        return command;
    }

    /// <summary>Prints models the way all subcommands do.</summary>
    public static void Print(IReadOnlyCollection<ModelReport> models, bool isJson)
    {
        if (isJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(models, Printing.Json));
            return;
        }

        foreach (var task in models.GroupBy(m => m.Task))
        {
            Console.WriteLine(TaskWord(task.Key));
            foreach (var model in task)
            {
                Console.WriteLine($"  {StateWord(model.State),-14} {model.Id,-26} {Size(model.Bytes),9}  {model.Licence.Id,-14} {model.Title}{(model.IsOwn ? " (own)" : "")}");
                if (model.State is ModelState.WrongHash)
                {
                    Console.WriteLine($"                 {model.Trouble}");
                }
            }
        }
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken ct)
    {
        await using var services = new CliServices();
        await services.Get<ModelStore>().AdoptAsync(ct);
        var models = Chosen(services, parsed.GetValue(Ids)!).Where(m => !parsed.GetValue(Here) || m.BytesHere > 0).ToList();
        Print(models, parsed.GetValue(Json));
        if (!parsed.GetValue(Json))
        {
            Console.WriteLine($"Folder: {services.Get<ModelStore>().Folder}");
        }

        return (int)ExitCode.Clean;
    }

    private static async Task<int> PullAsync(ParseResult parsed, CancellationToken ct)
    {
        await using var services = new CliServices();
        var (catalog, puller, ids) = (services.Get<ModelCatalog>(), services.Get<ModelPuller>(), parsed.GetValue(Wanted)!);
        foreach (var entry in ids.Select(catalog.Get).Where(e => e.Licence.NeedsAcceptance && parsed.GetValue(Accept)))
        {
            await Console.Error.WriteLineAsync($"{entry.Id}: {entry.Licence.Id}. {entry.Licence.Allows} {entry.Licence.TextUrl}");
            services.Get<ModelStore>().Accept(entry.Id, Environment.UserName);
        }

        foreach (var id in ids)
        {
            var isJson = parsed.GetValue(Json);
            using var cancelling = ct.Register(() => puller.Cancel(id));
            var line = new PullLine(id, isShown: !isJson && !Console.IsErrorRedirected);
            using (puller.Watch(() => line.Show(puller.Find(id))))
            {
                await puller.StartAsync(id, Environment.UserName);
            }

            line.End();
        }

        Print([.. Chosen(services, ids)], parsed.GetValue(Json));
        return (int)ExitCode.Clean;
    }

    private static async Task<int> VerifyAsync(ParseResult parsed, CancellationToken ct)
    {
        await using var services = new CliServices();
        var store = services.Get<ModelStore>();
        await store.AdoptAsync(ct);
        var ids = Chosen(services, parsed.GetValue(Ids)!).Where(m => parsed.GetValue(Ids)!.Length > 0 || m.BytesHere > 0).Select(m => m.Id).ToList();
        foreach (var id in ids)
        {
            await store.VerifyAsync(id, ct);
        }

        var models = Chosen(services, [.. ids]).ToList();
        Print(ids.Count == 0 ? [] : models, parsed.GetValue(Json));
        return (int)(ids.Count > 0 && models.Any(m => m.Files.Any(f => f.State is not (ModelState.Ready or ModelState.Unverified))) ? ExitCode.BackendMissing : ExitCode.Clean);
    }

    private static IEnumerable<ModelReport> Chosen(CliServices services, string[] ids)
    {
        var (catalog, store, puller) = (services.Get<ModelCatalog>(), services.Get<ModelStore>(), services.Get<ModelPuller>());
        return (ids.Length == 0 ? catalog.Entries : ids.Select(catalog.Get)).OrderBy(e => e.Task).Select(e => ModelReport.Of(store.Look(e.Id), puller));
    }

    private static string Size(long? bytes) => bytes is { } b ? (b / 1e6).ToString(b >= 100_000_000 ? "0 'MB'" : "0.0 'MB'", Printing.Culture) : "?";

    private static string StateWord(ModelState state) => state switch
    {
        ModelState.Ready => "ready",
        ModelState.Unverified => "not read yet",
        ModelState.Missing => "missing",
        ModelState.Partial => "half pulled",
        ModelState.WrongHash => "wrong hash",
        _ => "accept terms",
    };

    private static string TaskWord(ModelTask task) => string.Concat(task.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $" {char.ToLowerInvariant(c)}" : $"{c}"));
}

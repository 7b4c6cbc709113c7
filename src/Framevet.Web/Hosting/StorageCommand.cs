using Framevet.Pipeline.Storage;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Hosting;

/// <summary>The verbs of <see cref="AdminCommand"/> about the store of files.</summary>
internal static class StorageCommand
{
    private const int MostLines = 1000;

    /// <summary>Marks the shared folder; returns what to say.</summary>
    public static (object Data, string Text) Mark(AdminWords words, IServiceProvider services)
    {
        var root = Path.GetFullPath(words.WordOrNull(0) ?? services.GetRequiredService<IOptions<StorageOptions>>().Value.Root);
        var id = StoreMarker.Mark(root);
        return (new { root, id }, $"{root} is marked as the store of files {id}.");
    }

    /// <summary>Compares files and records; returns what to say.</summary>
    public static async Task<(object Data, string Text)> OrphansAsync(IServiceProvider services)
    {
        var found = await services.GetRequiredService<OrphanReport>().MakeAsync(CancellationToken.None);
        var lines = found.Orphans.Select(o => $"{o.Key}\t{o.Bytes}\t{o.Why}").Concat(found.Missing.Select(key => $"{key}\t-\tmissing: a record names it")).ToArray();
        var more = lines.Length > MostLines ? $"\n… and {lines.Length - MostLines} more; --json lists all." : "";
        return (found, $"{string.Join('\n', [.. lines.Take(MostLines), $"{found.Checked} files; {found.Orphans.Length} without a record ({found.Orphans.Sum(o => o.Bytes)} bytes), {found.Missing.Length} missing. Files that have just come may lack theirs yet."])}{more}");
    }
}

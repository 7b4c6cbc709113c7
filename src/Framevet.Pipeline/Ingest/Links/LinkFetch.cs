using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Framevet.Pipeline.Ingest.Quotas;
using Framevet.Pipeline.Ingest.Uploads;
using Framevet.Pipeline.Outbound;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Ingest.Links;

/// <summary>Brings one link to its end: a list becomes links, a video or a file becomes a run. Thread-safe.</summary>
internal sealed class LinkFetch(ILinkStore store, ICookieJar cookies, IBlobStore blobs, ISettingsStore settings, YtDlp ytDlp, FileFetch files, UploadDesk uploads, RunDesk runs,
    OutboundWall wall, QuotaDesk quotas, IOptions<LinksOptions> options, TimeProvider time)
{
    private static readonly UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Fetches; the link as it stands afterwards. What came before an interruption stays until the link is taken up again or <see cref="Forget"/> is told.</summary>
    /// <exception cref="VettingException">Whatever hindered it.</exception>
    public async Task<Link> FetchAsync(Link link, Actor owner, IProgress<double?> progress, CancellationToken ct)
    {
        var address = LinkAddress.Parse(link.Text, link.Choice, options.Value, wall);
        var limits = (await settings.CurrentAsync(ct).ConfigureAwait(false)).Settings.Limits;
        var folder = FolderOf(link.Id);
        string? cookieFile = null;
        try
        {
            if (!address.IsSite)
            {
                var file = await files.FetchAsync(address.Url!, link.Choice, folder, limits, TimeSpan.FromMinutes(options.Value.MaxMinutes), progress, ct).ConfigureAwait(false);
                return await SubmitAsync(link with { Title = file.Name }, file.Path, owner, file.Note ?? "Fetched.", ct).ConfigureAwait(false);
            }

            cookieFile = await CookieFileAsync(link.OwnerId, folder, ct).ConfigureAwait(false);
            link = link with { UsedCookies = cookieFile is not null };
            return await FetchSiteAsync(link, address, folder, cookieFile, limits, owner, progress, ct).ConfigureAwait(false);
        }
        finally
        {
            // What was fetched may lie here for a while; what signs somebody in may not.
            if (cookieFile is not null)
            {
                File.Delete(cookieFile);
            }
        }
    }

    /// <summary>Throws away what was fetched for a link that is over.</summary>
    public void Forget(Guid id) => Directory.Delete(FolderOf(id), recursive: true);

    private string FolderOf(Guid id) => blobs.WorkFolderOf($"link-{id:N}");

    private async Task<Link> FetchSiteAsync(Link link, LinkAddress address, string folder, string? cookieFile, SubmitLimits limits, Actor owner, IProgress<double?> progress, CancellationToken ct)
    {
        if (link.Key is null)
        {
            var look = await ytDlp.LookAsync(address, link.Choice, folder, cookieFile, ct).ConfigureAwait(false);
            if (look.Count is not null)
            {
                return await SpreadAsync(link, look, ct).ConfigureAwait(false);
            }

            if (look.Items[0].IsLive)
            {
                var live = LinkFailures.All.First(f => f.Id == "live");
                throw new VettingException(live.Code, live.Sentence);
            }

            link = link with { Title = look.Items[0].Title ?? look.Title ?? link.Text, Key = KeyOf(look.Items[0].Key, link.Choice) };
        }

        if (await KnownAsync(link, owner, ct).ConfigureAwait(false) is { } known)
        {
            return known;
        }

        var path = await ytDlp.FetchAsync(address, link.Choice, folder, cookieFile, (long)limits.MaxFileMegabytes << 20, progress, ct).ConfigureAwait(false);
        return await SubmitAsync(link with { Title = $"{Plain(link.Title ?? "video")}{Path.GetExtension(path)}" }, path, owner, "Fetched.", ct).ConfigureAwait(false);
    }

    /// <summary>The videos of a list as links of their own; the same ids however often the list is read.</summary>
    private async Task<Link> SpreadAsync(Link link, LinkLook look, CancellationToken ct)
    {
        var children = ImmutableArray.CreateBuilder<Link>();

        // The list itself counts as one of today's files until it is spread.
        var left = await quotas.FilesLeftAsync(link.OwnerId, ct).ConfigureAwait(false) + 1;
        var most = Math.Min(Math.Min(link.Choice.MaxItems, options.Value.MaxPlaylist), left ?? int.MaxValue);
        foreach (var item in look.Items.Where(i => !i.IsLive).Take(most))
        {
            // What a list names is checked as if the user had typed it.
            var address = LinkAddress.Parse(item.Url!, link.Choice, options.Value, wall);
            children.Add(link with
            {
                Id = ChildId(link.Id, address.Text),
                ParentId = link.Id,
                RunId = null,
                Text = address.Text,
                Title = item.Title,
                Key = address.IsSite ? KeyOf(item.Key, link.Choice) : null,
                Choice = link.Choice with { WholePlaylist = false },
                State = LinkState.Waiting,
                Reason = "Waiting.",
                CreatedAt = link.CreatedAt + TimeSpan.FromMilliseconds(1 + children.Count),
            });
        }

        if (children.Count == 0)
        {
            throw new VettingException(FailureCode.SourceUnavailable, "There is no video in the list.");
        }

        await store.AddAsync(children.ToImmutable(), ct).ConfigureAwait(false);
        var beyond = look.Count!.Value - children.Count;
        return link with
        {
            Title = look.Title ?? link.Text,
            RunId = null,
            Reason = string.Create(CultureInfo.InvariantCulture, $"{children.Count} videos{(beyond > 0 ? $"; {beyond} more were left out (limit {most})" : "")}."),
        };
    }

    /// <summary>A run on what the same link brought before.</summary>
    private async Task<Link?> KnownAsync(Link link, Actor owner, CancellationToken ct)
    {
        if (link.Key is null || await store.FetchedAsync(link.Key, link.OwnerId, ct).ConfigureAwait(false) is not { } sha256)
        {
            return null;
        }

        var request = new SubmitRequest(sha256, $"{Plain(link.Title ?? "video")}.mkv", RecipeOf(link), link.Priority) { Id = link.RunId };
        return await uploads.SubmitFetchedAsync(sha256, request, owner, ct).ConfigureAwait(false) is { } run ? link with { RunId = run.Id, Reason = "Was here already." } : null;
    }

    private async Task<Link> SubmitAsync(Link link, string path, Actor owner, string reason, CancellationToken ct)
    {
        var id = link.RunId ?? RunId.New(time.GetUtcNow());
        await runs.SubmitAsync(new SubmitRequest(path, link.Title!, RecipeOf(link), link.Priority) { Id = id }, owner, ct).ConfigureAwait(false);
        return link with { RunId = id, Reason = reason };
    }

    private async Task<string?> CookieFileAsync(string ownerId, string folder, CancellationToken ct)
    {
        if (await cookies.ReadAsync(ownerId, ct).ConfigureAwait(false) is not { } text)
        {
            return null;
        }

        // A server that was killed left one.
        var path = Path.Combine(folder, "cookies.txt");
        File.Delete(path);
        var file = new FileStream(path, OperatingSystem.IsWindows()
            ? new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write }
            : new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        await using var writing = file.ConfigureAwait(false);
        await file.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), ct).ConfigureAwait(false);
        return path;
    }

    private static string? KeyOf(string? item, LinkChoice choice) =>
        item is null ? null : string.Create(CultureInfo.InvariantCulture, $"{item}@{choice.MaxHeight}/{choice.Codec}/{choice.Subtitles ?? "-"}");

    private static Recipe? RecipeOf(Link link) => link.Recipe is null ? null : JsonSerializer.Deserialize<Recipe>(link.Recipe, PipelineJson.Options);

    // A title is no file name, but it is shown as one.
    private static string Plain(string title) =>
        new string([.. title.Select(c => c is '/' or '\\' or ':' or '"' || char.IsControl(c) ? ' ' : c)]).Trim() is { Length: > 0 } plain ? plain[..Math.Min(plain.Length, 150)] : "video";

    private static Guid ChildId(Guid parent, string text) =>
        new(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{parent:N} {text}")).AsSpan(0, 16));
}

using Framevet.Pipeline.Ingest.Links.Skim;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Ingest.Links;

/// <summary>Fetches the media file behind an address: its keyframes alone where somebody chose so and server and file allow it, else the whole. Thread-safe.</summary>
internal sealed class FileFetch(DirectDownload direct, KeyframeSkim skim)
{
    /// <summary>Fetches into the folder.</summary>
    /// <exception cref="VettingException">As <see cref="DirectDownload.FetchAsync"/>.</exception>
    public async Task<FetchedFile> FetchAsync(Uri url, LinkChoice choice, string folder, SubmitLimits limits, TimeSpan maxTime, IProgress<double?> progress, CancellationToken ct)
    {
        string? note = null;
        if (choice.KeyframesEvery is { } seconds)
        {
            var skimmed = await skim.TryAsync(url, TimeSpan.FromSeconds(seconds), folder, limits, maxTime, progress, ct).ConfigureAwait(false);
            note = skimmed.Sentence;
            if (skimmed is { Path: { } part, Name: { } title })
            {
                return new FetchedFile(part, title, note);
            }
        }

        var (path, name) = await direct.FetchAsync(url, folder, limits, maxTime, progress, ct).ConfigureAwait(false);
        return new FetchedFile(path, name, note);
    }
}

/// <summary>A file that was fetched. <paramref name="Name"/>: what to call it; <paramref name="Note"/>: how much of it was fetched, as a sentence, null where that is not worth a word.</summary>
internal sealed record FetchedFile(string Path, string Name, string? Note);

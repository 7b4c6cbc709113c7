using System.Runtime.CompilerServices;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest.Links;

namespace Framevet.Cli;

/// <summary>Fetches what links lead to, one video after the other, each into a folder that goes away when the next one is asked for.</summary>
internal sealed class LinkedFiles(CliServices services, LinkChoice choice)
{
    /// <summary>The file itself (link = null); of a link each video, with its address, or the reason why there is none.</summary>
    public async IAsyncEnumerable<(InputFile File, string? Link)> OfAsync(InputFile input, [EnumeratorCancellation] CancellationToken ct)
    {
        if (input.Fault is not null || !LinkDownload.IsLink(input.Path))
        {
            yield return (input, null);
            yield break;
        }

        var folder = Directory.CreateTempSubdirectory("framevet-link-").FullName;
        try
        {
            var (videos, fault) = await TryAsync(() => services.Get<LinkDownload>().VideosAsync(input.Path, choice, folder, ct));
            if (fault is not null)
            {
                yield return (new InputFile(input.Path, fault), input.Path);
            }

            foreach (var video in videos.IsDefault ? [] : videos)
            {
                var place = Directory.CreateDirectory(Path.Combine(folder, Guid.NewGuid().ToString("N"))).FullName;
                var (fetched, why) = await TryAsync(() => services.Get<LinkDownload>().FetchAsync(video, choice, place, ct));
                if (fetched.Note is { } note)
                {
                    await Console.Error.WriteLineAsync(note);
                }

                yield return (why is null ? new InputFile(fetched.Path, null) : new InputFile(video, why), video);
                Directory.Delete(place, recursive: true);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(T? Value, string? Fault)> TryAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return (await work(), null);
        }
        catch (VettingException trouble)
        {
            return (default, trouble.Message);
        }
    }
}

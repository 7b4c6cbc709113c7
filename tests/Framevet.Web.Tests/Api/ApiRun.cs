using System.Net.Http.Headers;
using Framevet.Pipeline.Runs;
using Framevet.TestKit.Media;
using Framevet.Web.Api;
using Framevet.Web.Tests.Hosting;

namespace Framevet.Web.Tests.Api;

/// <summary>What tests of the API do with runs.</summary>
internal static class ApiRun
{
    /// <summary>Two seconds of a moving test picture.</summary>
    public static Task<string> ClipAsync(ClipFactory clips, CancellationToken ct, int seconds = 2) =>
        clips.MakeAsync($"clip{seconds}.mp4", $"testsrc2=s=320x240:r=10:d={seconds}", ["-pix_fmt", "yuv420p"], ct);

    public static async Task<HttpResponseMessage> UploadAsync(this HttpClient client, IEnumerable<string> files, Dictionary<string, string>? fields, CancellationToken ct)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields ?? [])
        {
            form.Add(new StringContent(value), name);
        }

        foreach (var file in files)
        {
            var content = new StreamContent(File.OpenRead(file));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            form.Add(content, "files", Path.GetFileName(file));
        }

        return await client.PostAsync(new Uri(WebPaths.Runs, UriKind.Relative), form, ct);
    }

    public static async Task<RunId> SubmitAsync(this HttpClient client, string file, Dictionary<string, string>? fields, CancellationToken ct)
    {
        using var answer = await client.UploadAsync([file], fields, ct);
        return (await answer.ReadAsync<SubmitBody>(ct)).Runs.Single().Id;
    }

    /// <summary>Asks until the run stands in one of the states; three minutes at most.</summary>
    public static async Task<RunBody> WaitAsync(this HttpClient client, RunId id, CancellationToken ct, params RunState[] states)
    {
        for (var i = 0; i < 1800; i++)
        {
            var run = await client.GetJsonAsync<RunBody>($"{WebPaths.Runs}/{id}", ct);
            if (states.Contains(run.State))
            {
                return run;
            }

            run.State.IsFinal().ShouldBeFalse($"the run ended as {run.State}: {run.Reason}");
            await Task.Delay(100, ct);
        }

        throw new TimeoutException($"Run {id} reached none of {string.Join(", ", states)} within three minutes.");
    }

    /// <summary>A recipe that sends every frame to people.</summary>
    public static string PeopleDecide { get; } = System.Text.Json.JsonSerializer.Serialize(
        Framevet.Pipeline.Recipes.BuiltInRecipes.TopTenth with
        {
            Name = "People decide",
            Moderation = new Framevet.Pipeline.Recipes.ModerationRecipe
            {
                Backends = [],
                Bands = System.Collections.Immutable.ImmutableSortedDictionary<string, Framevet.Pipeline.Recipes.LabelBand>.Empty,
            },
        },
        Framevet.Pipeline.PipelineJson.Options);
}

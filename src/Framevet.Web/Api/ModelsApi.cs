using System.Security.Claims;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Storage;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>Models: list, pull, accept terms, verify, remove, add.</summary>
internal static class ModelsApi
{
    public static void MapModels(this RouteGroupBuilder api)
    {
        var read = api.MapGroup("/models").WithTags("Models").RequireAuthorization(Policies.SignedIn, Scopes.SettingsRead);
        read.MapGet("", (ModelDesk desk) => desk.List()).WithName("ListModels").WithSummary("All models of the catalogue and how they stand here");
        read.MapGet("/{id}", (string id, ModelDesk desk) => desk.Get(id)).WithName("GetModel").WithSummary("One model");

        var write = api.MapGroup("/models").WithTags("Models").RequireAuthorization(Policies.Administer, Scopes.SettingsWrite).ProducesProblem(StatusCodes.Status409Conflict);
        write.MapPost("", AddAsync).WithName("AddModel").WithSummary("Add an ONNX file of one's own (multipart)")
            .WithDescription("A field `model` with JSON that describes the model, and a part `file`. The file is loaded once; one that is not as described is refused.")
            .Produces<ModelReport>(StatusCodes.Status201Created).WithMetadata(new Microsoft.AspNetCore.Mvc.DisableRequestSizeLimitAttribute());
        write.MapPost("/look", LookAsync).WithName("LookForModels").WithSummary("Take over files that were copied into the models folder under other names; their names now");
        write.MapPost("/{id}/pull", PullAsync).WithName("PullModel").WithSummary("Begin to pull a model, or join the pull that runs; ask for the model to see how far it is").Produces<ModelReport>(StatusCodes.Status202Accepted);
        write.MapPost("/{id}/cancel", (string id, ClaimsPrincipal user, ModelDesk desk, CancellationToken ct) => desk.CancelAsync(id, user.ToActor(), ct)).WithName("CancelPull").WithSummary("Cancel a pull; what is here stays");
        write.MapPost("/{id}/accept", (string id, AcceptBody body, ClaimsPrincipal user, ModelDesk desk, CancellationToken ct) => desk.AcceptAsync(id, body.Version, user.ToActor(), ct))
            .WithName("AcceptLicence").WithSummary("Accept the terms of a model; 409 when they are others by now");
        write.MapPost("/{id}/verify", (string id, ClaimsPrincipal user, ModelDesk desk, CancellationToken ct) => desk.VerifyAsync(id, user.ToActor(), ct)).WithName("VerifyModel").WithSummary("Read the files of a model and compare their hashes");
        write.MapDelete("/{id}", RemoveAsync).WithName("RemoveModel").WithSummary("Delete the files of a model; of one's own, the entry too").Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> PullAsync(string id, ClaimsPrincipal user, ModelDesk desk, CancellationToken ct) =>
        TypedResults.Accepted($"{WebPaths.Api}/models/{id}", await desk.PullAsync(id, user.ToActor(), ct));

    private static async Task<string[]> LookAsync(ClaimsPrincipal user, ModelDesk desk, CancellationToken ct) => [.. await desk.AdoptAsync(user.ToActor(), ct)];

    private static async Task<IResult> RemoveAsync(string id, ClaimsPrincipal user, ModelDesk desk, CancellationToken ct)
    {
        await desk.RemoveAsync(id, user.ToActor(), ct);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> AddAsync(HttpContext http, ClaimsPrincipal user, ModelDesk desk, IBlobStore blobs, CancellationToken ct)
    {
        var folder = blobs.NewWorkFolder();
        try
        {
            var (model, path) = await new ModelUpload(folder).ReadAsync(http.Request, ct);
            var added = await desk.AddAsync(model, path, user.ToActor(), ct);
            return TypedResults.Created($"{WebPaths.Api}/models/{added.Id}", added);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

/// <summary>Accepts the terms of this version, as the model's <c>licence.version</c> tells it.</summary>
public sealed record AcceptBody(string Version);

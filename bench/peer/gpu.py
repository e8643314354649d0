"""A PyTorch script that does its best on a GPU for the recipes of train.py: bf16 autocast, channels_last, cuDNN benchmark, foreach optimizers, images on the
device as bytes and augmented there a batch at a time, and no waiting for the device inside an epoch.

    python3 bench/peer/gpu.py --recipe lenet --images 4096 --batch 256

Prints training images a second of the fastest epoch. Used by `MalariaLab.Bench gpu`.
"""
import argparse
import time

import torch
import torch.nn.functional as F
from torchvision import transforms as T

from train import RECIPES


def augment(x, affine, flips):
    n = x.shape[0]
    if affine:
        angle = (torch.rand(n, device=x.device) * 2 - 1) * affine / 57.3
        zoom = 0.9 + 0.2 * torch.rand(n, device=x.device)
        cos, sin, zero = zoom * angle.cos(), zoom * angle.sin(), torch.zeros_like(angle)
        theta = torch.stack([torch.stack([cos, -sin, zero], 1), torch.stack([sin, cos, zero], 1)], 1)
        x = F.grid_sample(x, F.affine_grid(theta, list(x.shape), align_corners=True), padding_mode="border", align_corners=True)
    if flips:
        x = torch.where((torch.rand(n, device=x.device) < 0.5).view(-1, 1, 1, 1), x.flip(3), x)
    return x.contiguous(memory_format=torch.channels_last)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--recipe", choices=RECIPES, required=True)
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--images", type=int, default=4096)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--epochs", type=int, default=4)
    args = parser.parse_args()
    device = torch.device(args.device)
    torch.manual_seed(42)
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = True
    size, grey, _, _, augmentation, network, optimizer = RECIPES[args.recipe]
    channels = 1 if grey else 3
    affine = max([a.degrees[1] for a in augmentation if isinstance(a, T.RandomAffine)], default=0)
    flips = args.recipe == "vgg19-frozen" or any(isinstance(a, T.RandomHorizontalFlip) for a in augmentation)
    images = torch.randint(0, 256, (args.images, channels, size, size), dtype=torch.uint8, device=device).contiguous(memory_format=torch.channels_last)
    labels = torch.arange(args.images, device=device) % 2
    model = network().to(device, memory_format=torch.channels_last).train()
    rule = optimizer(list(model.parameters()))
    for group in rule.param_groups:
        group["foreach"] = device.type == "cuda"

    def wait():
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    fastest = 0.0
    for _ in range(args.epochs):
        wait()
        start = time.perf_counter()
        total = torch.zeros((), device=device)
        for chosen in torch.randperm(args.images, device=device).split(args.batch):
            x = augment(images[chosen].float().div_(255), affine, flips)
            y = labels[chosen]
            rule.zero_grad(set_to_none=True)
            with torch.autocast(device.type, torch.bfloat16):
                z = model(x)
            z = z.float()
            loss = F.cross_entropy(z, y) if z.shape[1] > 1 else F.binary_cross_entropy_with_logits(z[:, 0], y.float())
            loss.backward()
            rule.step()
            total += loss.detach()
        wait()
        total.item()
        fastest = max(fastest, args.images / (time.perf_counter() - start))
    print(f"train {fastest:.1f} img/s")


if __name__ == "__main__":
    main()

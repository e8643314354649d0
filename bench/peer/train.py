"""What a PyTorch user would write for the same recipes: plain torch and torchvision, a DataLoader with worker processes.

    python3 bench/peer/train.py --data ZIP --recipe lenet --limit 1500 --epochs 2 --threads 4

Prints training images a second of the fastest epoch, and scoring images a second. Used by `MalariaLab.Bench versus`.
"""
import argparse
import os
import tempfile
import time
import zipfile

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Subset
from torchvision import datasets, models
from torchvision import transforms as T
from torchvision.transforms import InterpolationMode


def conv(i, o, padding=1):
    return [nn.Conv2d(i, o, 3, padding=padding), nn.ReLU(), nn.MaxPool2d(2)]


def head(i, hidden, dropout, out):
    layers = [nn.Flatten()]
    for units in hidden:
        layers += [nn.Linear(i, units), nn.ReLU(), nn.Dropout(dropout)]
        i = units
    return layers + [nn.Linear(i, out)]


def cellnet():
    layers, i = [], 3
    for o, stride, pool in [(32, 2, 0), (32, 1, 1), (64, 1, 0), (64, 1, 1), (128, 1, 0), (128, 1, 1), (256, 1, 0)]:
        layers += [nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU()]
        layers += [nn.MaxPool2d(2)] if pool else []
        i = o
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(256, 2))


def squeezenet():
    features = models.squeezenet1_1(weights=None).features
    return nn.Sequential(features, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.5), nn.Linear(512, 2))


def resnet50():
    # torchvision has no V2; V1 has the same convolutions.
    net = models.resnet50(weights=None)
    net.avgpool, net.fc = nn.AvgPool2d(4), nn.Sequential(nn.Linear(2048, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 2))
    return net


def vgg19(trainable_from):
    features = models.vgg19(weights=None).features
    for i, layer in enumerate(features):
        if i < trainable_from:
            layer.requires_grad_(False)
    return nn.Sequential(features, *head(512 * 9, [512, 512], 0.3, 1))


MILD = dict(degrees=20, translate=(0.05, 0.05), scale=(0.95, 1.05), shear=0.05)
CELL = [T.RandomHorizontalFlip(), T.RandomVerticalFlip(), T.ColorJitter(0.1, 0.1, 0.1, 0.02)]
# size, grey, batch, resize, augmentation, network, optimizer
RECIPES = {
    "lenet": (128, False, 32, InterpolationMode.NEAREST, [T.RandomAffine(20, scale=(0.8, 1.2), shear=0.2), T.RandomHorizontalFlip()],
              lambda: nn.Sequential(*conv(3, 8), *conv(8, 16), *conv(16, 32, 0), *head(32 * 15 * 15, [64], 0.5, 2)),
              lambda p: torch.optim.Adagrad(p, 0.01)),
    "basic-cnn": (125, False, 64, InterpolationMode.BICUBIC, [],
                  lambda: nn.Sequential(*conv(3, 32), *conv(32, 64), *conv(64, 128), *head(128 * 15 * 15, [512, 512], 0.3, 1)),
                  lambda p: torch.optim.Adam(p, 1e-3)),
    "squeezenet": (128, False, 32, InterpolationMode.BILINEAR, CELL, squeezenet, lambda p: torch.optim.AdamW(p, 3e-4)),
    "cellnet": (96, False, 64, InterpolationMode.BILINEAR,
                [T.RandomAffine(45, scale=(0.9, 1.1)), *CELL[:2], T.ColorJitter(0.25, 0.25, 0.35, 0.06)],
                cellnet, lambda p: torch.optim.AdamW(p, 3e-3)),
    "pneumonia-cnn-deep": (256, True, 32, InterpolationMode.NEAREST, [T.RandomAffine(10, scale=(0.9, 1.1), shear=5), T.ColorJitter(0.2)],
                           lambda: nn.Sequential(*conv(1, 32), *conv(32, 64), *conv(64, 96), *conv(96, 128), *head(128 * 16 * 16, [128, 64], 0.0, 1)),
                           lambda p: torch.optim.Adam(p, 1e-3, amsgrad=True)),
    "resnet50v2": (128, False, 32, InterpolationMode.BILINEAR, [T.RandomAffine(**MILD), T.RandomHorizontalFlip()], resnet50, lambda p: torch.optim.Adam(p, 1e-3)),
    "vgg19-finetuned": (125, False, 64, InterpolationMode.BICUBIC, [T.RandomAffine(**{**MILD, "degrees": 25}), T.RandomHorizontalFlip()],
                        lambda: vgg19(19), lambda p: torch.optim.RMSprop([q for q in p if q.requires_grad], 1e-5)),
    "vgg19-frozen": (125, False, 64, InterpolationMode.BICUBIC, [], lambda: vgg19(99), lambda p: torch.optim.RMSprop([q for q in p if q.requires_grad], 1e-4)),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--recipe", choices=RECIPES, required=True)
    parser.add_argument("--work", default=tempfile.gettempdir())
    parser.add_argument("--limit", type=int, default=1500)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--only", choices=["train", "score"])
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(42)
    folder = os.path.join(args.work, "peer-" + os.path.splitext(os.path.basename(args.data))[0])
    if not os.path.isdir(folder):
        with zipfile.ZipFile(args.data) as archive:
            archive.extractall(folder + ".part")
        os.rename(folder + ".part", folder)
    while len(os.listdir(folder)) == 1:
        folder = os.path.join(folder, os.listdir(folder)[0])
    if os.path.isdir(os.path.join(folder, "train")):
        folder = os.path.join(folder, "train")

    size, grey, batch, interpolation, augmentation, network, optimizer = RECIPES[args.recipe]
    base = [T.Resize((size, size), interpolation)] + ([T.Grayscale()] if grey else [])
    training = datasets.ImageFolder(folder, T.Compose(base + augmentation + [T.ToTensor()]))
    plain = datasets.ImageFolder(folder, T.Compose(base + [T.ToTensor()]))
    chosen = [i * len(training) // min(args.limit, len(training)) for i in range(min(args.limit, len(training)))]
    loader = DataLoader(Subset(training, chosen), batch, shuffle=True, num_workers=args.threads, persistent_workers=True)
    scoring = DataLoader(Subset(plain, chosen), batch, num_workers=args.threads, persistent_workers=True)
    model = network()
    rule = optimizer(list(model.parameters()))
    fastest = 0.0
    for _ in range(0 if args.only == "score" else args.epochs):
        model.train()
        start = time.perf_counter()
        for x, y in loader:
            rule.zero_grad()
            z = model(x)
            loss = F.cross_entropy(z, y) if z.shape[1] > 1 else F.binary_cross_entropy_with_logits(z[:, 0], y.float())
            loss.backward()
            rule.step()
            loss.item()
        fastest = max(fastest, len(chosen) / (time.perf_counter() - start))
    model.eval()
    rates = []
    with torch.no_grad():
        for _ in range(0 if args.only == "train" else 2):
            start = time.perf_counter()
            for x, _ in scoring:
                model(x).softmax(1)
            rates.append(len(chosen) / (time.perf_counter() - start))
    if fastest:
        print(f"train {fastest:.1f} img/s")
    if rates:
        print(f"score {max(rates):.1f} img/s")


if __name__ == "__main__":
    main()
